"""A server among others: proxies before it, paths that it does not know, signals that end it, its metrics."""

import contextlib
import pathlib
import re
import signal
import threading
import time

from deployment import PASSWORD, Deployment
from processes import PATIENCE, free_port, wait_until


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


def test_an_unknown_path_is_a_404_of_our_own(server):
    assert server.get("/nowhere").headers["Content-Type"] == "application/problem+json"
    page = server.get("/nowhere/<script>", headers={"Accept": "text/html"})
    assert page.status_code == 404 and "<script>" not in page.text
    assert server.get("/health/live").status_code == server.get("/health/ready").status_code == 200


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
