"""What stands between the network and the endpoints: TLS, HTTP/2, proxies, limits, signals, metrics."""

import contextlib
import pathlib
import re
import shutil
import signal
import socket
import ssl
import threading
import time

import httpx
import pytest

from certificates import Authority
from deployment import PASSWORD, Deployment, refused
from processes import PATIENCE, free_port, wait_until


class TLSFiles:
    def __init__(self, authority, folder):
        self.authority = authority
        self.certificate, self.key = folder / "chain.pem", folder / "key.pem"
        self.serial_number = authority.issue(self.certificate, self.key)

    @property
    def arguments(self):
        return ["--tls-certificate", self.certificate, "--tls-key", self.key]

    def renew(self):
        self.serial_number = self.authority.issue(self.certificate, self.key)


@pytest.fixture(scope="module")
def tls(authority, prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    files = TLSFiles(authority, folder)
    deployment = Deployment.copy(prepared, folder / "deployment")
    with deployment.serve(*files.arguments, scheme="https") as running:
        running.session.verify = str(authority.path)
        running.files = files
        yield running


def context(authority, **settings):
    made = ssl.create_default_context(cafile=authority.path)
    for name, value in settings.items():
        setattr(made, name, value)
    return made


@contextlib.contextmanager
def connection(server, tls_context):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        with tls_context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            yield secured


def serial_number(server, authority):
    with connection(server, context(authority)) as secured:
        return int(secured.getpeercert()["serialNumber"], 16)


@pytest.mark.parametrize("http2", [False, True])
def test_the_whole_way_works_over_tls(tls, authority, http2):
    versions = {"http1": not http2, "http2": http2}
    with httpx.Client(**versions, verify=context(authority), trust_env=False, timeout=PATIENCE) as client:
        form = {"grant_type": "password", "client_id": "app", "username": "anna", "password": PASSWORD}
        tokens = client.post(tls.url + "/token", data=form)
        assert tokens.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert tokens.status_code == 200
        assert tokens.headers["Strict-Transport-Security"].startswith("max-age=")
        form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": tokens.json()["refresh_token"]}
        assert client.post(tls.url + "/token", data=form).status_code == 200
        assert client.get(tls.url + "/.well-known/openid-configuration").json()["issuer"] == tls.issuer


def test_many_streams_of_one_http2_connection_are_answered(tls, authority):
    import asyncio

    async def ask():
        async with httpx.AsyncClient(
            http1=False, http2=True, verify=context(authority), trust_env=False, timeout=PATIENCE
        ) as client:
            answers = await asyncio.gather(*(client.get(tls.url + "/.well-known/jwks.json") for _ in range(80)))
        return [(answer.status_code, answer.http_version) for answer in answers]

    assert asyncio.run(ask()) == [(200, "HTTP/2")] * 80


def test_tls_1_1_is_refused_and_1_2_is_not(tls, authority):
    def handshake(version):
        offered = context(authority, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=version)
        offered.set_ciphers("ALL:@SECLEVEL=0")
        with connection(tls, offered) as secured:
            return secured.version()

    assert handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version|handshake.failure"):
        handshake(ssl.TLSVersion.TLSv1_1)


def test_plain_http_at_a_tls_port_gets_no_answer(tls):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP/" not in plain.recv(4096)


def test_hup_takes_the_new_certificate_and_keeps_old_connections(tls, authority):
    old = serial_number(tls, authority)
    assert old == tls.files.serial_number
    with connection(tls, context(authority)) as living:
        tls.files.renew()
        assert serial_number(tls, authority) == old, "before the signal"
        tls.signal(signal.SIGHUP)
        wait_until(lambda: serial_number(tls, authority) == tls.files.serial_number, 10, "the new certificate")
        living.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert living.recv(4096).startswith(b"HTTP/1.1 200")


def test_the_health_command_checks_the_certificate(tls, authority):
    def health(*arguments):
        done = tls.deployment.run("health", "--listen", f"127.0.0.1:{tls.port}", *arguments)
        return done.returncode, done.stdout + done.stderr

    assert health("--tls-certificate", authority.path) == (0, "ready\n")
    code, told = health()
    assert code == 1 and "give --tls" in told
    code, told = health("--tls")
    assert code == 1 and "the system's authorities do not vouch for" in told
    code, told = health("--tls-certificate", tls.files.key)
    assert code == 1 and "holds no certificate" in told


def test_the_health_command_asks_for_the_issuers_name(deployment, authority, tmp_path):
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    authority.issue(certificate, key, names=["auth.example.com"])
    issuer = "https://auth.example.com"
    arguments = ["--tls-certificate", certificate, "--tls-key", key, "--issuer", issuer]
    with deployment.serve(*arguments, scheme="https", issuer=issuer) as server:
        asked = ["health", "--listen", f"127.0.0.1:{server.port}", "--tls-certificate", authority.path]
        assert deployment.run(*asked, "--issuer", issuer).returncode == 0
        for other in ([], ["--issuer", "https://other.example.com"]):
            done = deployment.run(*asked, *other)
            assert done.returncode == 1 and "not good for this host" in done.stderr


@pytest.mark.parametrize("what", ["garbage", "another key", "missing"])
def test_a_broken_certificate_at_hup_leaves_the_old_one_in_use(tls, authority, tmp_path, what):
    kept = tmp_path / "kept.pem"
    shutil.copy(tls.files.certificate, kept)
    before, lines = serial_number(tls, authority), len(tls.log())
    try:
        if what == "garbage":
            tls.files.certificate.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
        elif what == "missing":
            tls.files.certificate.unlink()
        else:
            Authority.issue(authority, tls.files.certificate, tmp_path / "unused-key.pem")
        tls.signal(signal.SIGHUP)
        line = wait_until(
            lambda: next((line for line in tls.log()[lines:] if "SIGHUP" in line["message"]), None), 10, "a log line")
        assert line["level"] == "error" and str(tls.files.certificate) in line["error"], line
        assert "Error" not in line["error"], "in words of our own"
        assert serial_number(tls, authority) == before
    finally:
        shutil.copy(kept, tls.files.certificate)
    tls.signal(signal.SIGHUP)
    wait_until(lambda: "read again" in tls.log()[-1]["message"] or None, 10, "the good one again")


def test_a_forwarded_address_counts_behind_a_proxy_only(prepared, tmp_path):
    def address_seen(trusted, forwarded):
        deployment = Deployment.copy(prepared, tmp_path / trusted.replace("/", "-"))
        arguments = ["--behind-proxy", trusted, "--issuer", "https://auth.example.com"]
        with deployment.serve(*arguments, issuer="https://auth.example.com") as server:
            form = {"grant_type": "password", "client_id": "app", "username": "anna", "password": PASSWORD}
            assert server.post("/token", form, headers={"X-Forwarded-For": forwarded}).status_code == 200
        return deployment.sessions("anna")[0]["address"]

    # Read from the right: what stands left of the first stranger is the stranger's own invention.
    assert address_seen("127.0.0.0/8", "198.51.100.1, 203.0.113.9, 127.0.0.5") == "203.0.113.9"
    assert address_seen("10.0.0.0/8", "203.0.113.9") == "127.0.0.1"


def test_a_body_over_the_limit_is_refused(server):
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "x"}
    def padded(count):
        return server.post("/token", form | {f"pad{n}": "a" * 1000 for n in range(count)})

    assert refused(padded(10)), "as without the padding"
    assert refused(padded(20), "invalid_request")
    assert refused(server.post("/token", form | {"pad": "a" * 15_000}), "invalid_request"), "one parameter"


def test_a_body_is_not_read_to_its_end_after_its_refusal(server):
    chunk, count = b"a" * 65536, 1600
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        plain.sendall(form_head(len(chunk) * count) + chunk)
        assert plain.recv(4096).startswith(b"HTTP/1.1 400 ")
        sent = 1
        with contextlib.suppress(ConnectionError):
            while sent < count:
                plain.sendall(chunk)
                sent += 1
    assert sent < count / 2, "the connection ends before 100 MB have gone out"


def form_head(length):
    """The head of a request to /token."""
    return (b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + f"Content-Length: {length}\r\n\r\n".encode())


def raw(server, sent):
    """The status of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        plain.sendall(sent)
        return int(plain.recv(4096).split(b" ")[1])


@pytest.mark.parametrize("line, hosts, status", [
    (b"GET /health/live HTTP/1.1", [b"x"], 200),
    (b"GET /health/live HTTP/1.0", [], 200),
    (b"GET /health/live HTTP/1.1", [], 400),
    (b"GET /health/live HTTP/1.1", [b"x", b"x"], 400),
    (b"GET /health/live HTTP/1.1", [b"x", b"y"], 400),
    (b"GET http://x/health/live HTTP/1.1", [b"x"], 400),
    (b"OPTIONS * HTTP/1.1", [b"x"], 400),
    (b"GET //health/live HTTP/1.1", [b"x"], 404),
    (b"GET /health/live/ HTTP/1.1", [b"x"], 404),
])
def test_a_request_that_can_be_read_in_two_ways_is_refused(server, line, hosts, status):
    fields = b"".join(b"Host: " + host + b"\r\n" for host in hosts)
    assert raw(server, line + b"\r\n" + fields + b"\r\n") == status


def test_http2_has_the_same_limit_of_header_fields_and_the_same_paths(tls, authority):
    with httpx.Client(http1=False, http2=True, verify=context(authority), trust_env=False, timeout=PATIENCE) as client:
        assert client.get(tls.url + "/health/live", headers={f"X-{n}": "a" for n in range(40)}).status_code == 200
        assert client.get(tls.url + "/health/live", headers={f"X-{n}": "a" for n in range(150)}).status_code == 431
        assert client.get(tls.url + "//health/live").status_code == 404


def test_what_strangers_break_off_is_no_error_of_ours(deployment):
    with deployment.serve(environment={"TYKVA_LOG_LEVEL": "debug"}) as server:
        before = len(server.log())
        chunked = b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        chunked += b"Transfer-Encoding: chunked\r\n\r\n"
        assert raw(server, chunked + b"zz\r\n") == 400
        for begun in (form_head(1000) + b"grant_type=password", chunked + b"5\r\nab"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
                plain.sendall(begun)
                time.sleep(0.2)
        wait_until(
            lambda: sum("did not arrive whole" in line.get("reason", "") for line in server.log()) == 3, 10, "refusals")
        assert server.get("/health/live").status_code == 200
        assert server.stop() == 0
    assert not [line for line in server.log()[before:] if line["level"] in ("warning", "error", "critical")]


def test_only_its_proxies_reach_a_server_off_loopback(prepared, tmp_path):
    issuer = "https://auth.example.com"
    for networks, status in (("10.0.0.0/8", 403), ("127.0.0.0/8", 200)):
        port = free_port()
        deployment = Deployment.copy(prepared, tmp_path / str(status))
        arguments = ["--listen", f"0.0.0.0:{port}", "--behind-proxy", networks, "--issuer", issuer]
        with deployment.serve(*arguments, port=port, issuer=issuer) as server:
            assert server.try_sign_in().status_code == status
            assert server.get("/.well-known/jwks.json").status_code == status
            assert server.get("/health/ready").status_code == 200


def test_headers_over_the_limits_are_refused(server):
    def status(headers):
        try:
            return server.get("/health/live", headers=headers).status_code
        except Exception as error:
            return type(error).__name__

    assert status({"X-Pad": "a" * 8000}) == 200
    assert status({f"X-Pad-{n}": "a" for n in range(40)}) == 200
    assert status({"X-Pad": "a" * 20_000}) in (400, 431, "ConnectionError")
    assert status({f"X-Pad-{n}": "a" for n in range(100)}) in (400, 431, "ConnectionError")
    assert status({}) == 200


@pytest.mark.parametrize("body, what", [
    ("grant_type=refresh_token&client_id=app&refresh_token=a&refresh_token=a", "a parameter twice"),
    ("grant_type=refresh_token&client_id=app", "a missing parameter"),
    ("grant_type=refresh_token&client_id=app&refresh_token=%ff%fe", "no UTF-8"),
    ("grant_type=refresh_token&client_id=app&refresh_token=%zz", "a broken escape"),
    ("&".join(f"p{n}=1" for n in range(2000)), "too many parameters"),
])
def test_a_malformed_form_is_an_invalid_request(server, body, what):
    answer = server.post("/token", body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert refused(answer, "invalid_request"), (what, answer.text)


def test_only_a_form_in_the_body_of_a_post_is_read(server):
    form = {"grant_type": "password", "client_id": "app", "username": "anna", "password": PASSWORD}
    assert server.get("/token", params=form).status_code == 405
    assert refused(server.session.post(server.url + "/token", json=form, timeout=PATIENCE), "invalid_request")
    assert refused(server.session.post(server.url + "/token", params=form, timeout=PATIENCE), "invalid_request")


def test_an_unknown_path_is_a_404_of_our_own(server):
    assert server.get("/nowhere").headers["Content-Type"] == "application/problem+json"
    page = server.get("/nowhere/<script>", headers={"Accept": "text/html"})
    assert page.status_code == 404 and "<script>" not in page.text
    assert server.get("/health/live").status_code == server.get("/health/ready").status_code == 200


def closing_time(port, drips, seconds=120):
    """Sends each piece two seconds after the last; tells after how many seconds the server closed."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.settimeout(2)
        pieces = iter(drips)
        while time.monotonic() - began < seconds:
            try:
                piece = next(pieces, b"")
                if piece:
                    plain.sendall(piece)
                if plain.recv(4096) == b"":
                    return time.monotonic() - began
            except TimeoutError:
                continue
            except OSError:
                return time.monotonic() - began
    return None


def closing_time_unread(port, seconds=130):
    """Sends requests and reads no answer; tells after how many seconds the server closed."""
    request = b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nX-Pad: " + b"a" * 8000 + b"\r\n\r\n"
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(1)
        plain.connect(("127.0.0.1", port))
        began = time.monotonic()
        rest = b""
        while time.monotonic() - began < seconds:
            rest = rest or request
            try:
                rest = rest[plain.send(rest):]
            except TimeoutError:
                continue
            except OSError:
                return time.monotonic() - began
    return None


@pytest.mark.slow
def test_slow_clients_are_closed_in_time(server, tls):
    """A handshake within 10 s, a whole request within 60 s, however lively it drips, and answers that are taken."""
    refused_early = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"
    head = b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    tries = {
        "no handshake": (tls.port, [], 9, 50),
        "half a handshake": (tls.port, [b"\x16\x03\x01\x02\x00\x01\x00"], 9, 50),
        "a dripped body": (server.port, [head + b"Content-Length: 1000\r\n\r\n"] + [b"a"] * 100, 55, 110),
        "dripped headers": (server.port, [head] + [b"X-%d: a\r\n" % n for n in range(60)], 55, 110),
        "nothing": (server.port, [], 55, 110),
        "a dripped body after an early answer": (
            server.port, [refused_early, b"a", form_head(1000)] + [b"a"] * 100, 55, 110),
    }
    closed = {}

    def attempt(what, port, drips):
        closed[what] = closing_time(port, drips)

    threads = [threading.Thread(target=attempt, args=(what, port, drips)) for what, (port, drips, _, _) in tries.items()]
    tries["answers unread"] = (server.port, [], 0, 120)
    threads.append(threading.Thread(target=lambda: closed.update({"answers unread": closing_time_unread(server.port)})))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(closed)
    for what, (_, _, least, most) in tries.items():
        assert closed[what] is not None and least <= closed[what] <= most, (what, closed)
    assert server.get("/health/live").status_code == 200


def sign_in_on_a_thread(server):
    """Of a user whose password is expensive; when the server has taken most of the memory that this needs."""
    before, answers = resident(server), []
    thread = threading.Thread(target=lambda: answers.append(server.try_sign_in()))
    thread.start()
    wait_until(lambda: answers or resident(server) - before > 200, 10, "a password hash that has begun")
    return thread, answers


def resident(server):
    """Megabytes."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE).group(1)) // 1024


def expensive(deployment):
    """A user whose password costs seconds to check, and 256 MB."""
    deployment.tykva(
        "user", "password", "anna", "--password-stdin", stdin=PASSWORD + "\n",
        environment={"TYKVA_PASSWORD_HASH_MEMORY": "262144", "TYKVA_PASSWORD_HASH_PASSES": "10"})


def test_term_finishes_a_running_sign_in_and_exits_with_0(deployment):
    expensive(deployment)
    with deployment.serve() as server:
        thread, answers = sign_in_on_a_thread(server)
        assert not answers, "the sign-in was over before the signal"
        code = server.stop()
        thread.join()
        assert code == 0
        assert answers[0].status_code == 200
    with deployment.serve(port=server.port) as server:
        server.refreshed(answers[0].json()["refresh_token"])


def test_a_second_term_ends_at_once(deployment):
    expensive(deployment)
    with deployment.serve() as server:
        thread, answers = sign_in_on_a_thread(server)
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        time.sleep(0.2)
        assert server.popen.poll() is None and not answers, "it waits for the sign-in"
        server.signal(signal.SIGTERM)
        assert server.popen.wait(30) == 130
        print(f"ended {time.monotonic() - began:.2f} s after the first signal")
        with contextlib.suppress(Exception):
            thread.join()


def test_metrics_are_on_their_own_listener_only(deployment):
    port = free_port()
    with deployment.serve(environment={"TYKVA_METRICS_LISTEN": f"127.0.0.1:{port}"}) as server:
        server.refreshed(server.sign_in()["refresh_token"])
        server.get("/nowhere/from-a-stranger")
        text = server.session.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
        assert server.get("/metrics").status_code == 404
        assert server.session.get(f"http://127.0.0.1:{port}/token", timeout=PATIENCE).status_code == 404
    assert re.search(r'^tykva_sign_ins_total\{result="succeeded"\} 1$', text, re.MULTILINE), text
    assert "nowhere" not in text, "no label comes from a request's text"
    types = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert types and types == re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE), text
    took = re.search(r'^tykva_http_request_seconds_sum\{endpoint="NotFound"\} (\S+)$', text, re.MULTILINE)
    assert float(took.group(1)) > 0, "also what took less than a millisecond"
    for line in text.splitlines():
        assert line.startswith("#") or re.fullmatch(r'[a-z_]+(\{[^}]*\})? [-+.0-9eE]+', line), line
