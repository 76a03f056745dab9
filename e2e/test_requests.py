"""What a request may be: its head and its body, their limits, and until when they have to be there."""

import contextlib
import socket
import threading
import time

import pytest

from deployment import PASSWORD, refused
from processes import PATIENCE, wait_until
from test_tls import tls  # noqa: F401


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

    threads = [
        threading.Thread(target=attempt, args=(what, port, drips)) for what, (port, drips, _, _) in tries.items()]
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
