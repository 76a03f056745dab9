"""HAProxy with `jwt_verify` and the exported keys, in front of a service that checks nothing itself."""

import base64
import http.client
import http.server
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from damage import altered
from deployment import BILLING, ORDERS, Deployment
from processes import ROOT, Process, free_port, installed, is_listening


def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")


def pem(key):
    """A public key of a key set as PEM."""
    public = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1()).public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers whatever comes through."""

    def do_GET(self):
        body = b"came through"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(old_server):
    return old_server


@pytest.fixture(scope="module")
def echo():
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    yield service.server_address[1]
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.fixture(scope="module")
def gate(server, echo, tmp_path_factory):
    """HAProxy, asked with an Authorization header."""
    folder = tmp_path_factory.mktemp("haproxy")
    keys = server.get("/.well-known/jwks.json").json()["keys"]
    for name, key in zip(("active", "next"), keys, strict=True):
        (folder / f"{name}.pem").write_bytes(pem(key))
    port = free_port()
    text = (ROOT / "e2e" / "haproxy.cfg.in").read_text()
    filled = {
        "ISSUER": server.issuer, "AUDIENCE": ORDERS, "LISTEN": f"127.0.0.1:{port}", "SERVICE": f"127.0.0.1:{echo}",
        "ACTIVE_KEY": folder / "active.pem", "NEXT_KEY": folder / "next.pem"}
    for name, value in filled.items():
        text = text.replace(f"@{name}@", str(value))
    configuration = folder / "haproxy.cfg"
    configuration.write_text(text)
    process = Process(folder, "haproxy", [installed("haproxy"), "-db", "-f", configuration])
    process.wait_for(lambda: is_listening(port), "listening")

    def ask(*authorizations):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("GET", "/anything")
        for authorization in authorizations:
            connection.putheader("Authorization", authorization)
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("WWW-Authenticate"), text

    yield ask
    process.stop(10)


@pytest.fixture(scope="module")
def good(server):
    return server.sign_in(scope="orders:read", resource=ORDERS)["access_token"]


INVALID = (401, 'Bearer realm="service", error="invalid_token"')


def test_a_good_token_comes_through(gate, good):
    assert gate(f"Bearer {good}") == (200, None, "came through")


def test_no_token_is_asked_for_one(gate):
    assert gate()[:2] == (401, 'Bearer realm="service"')
    assert gate("Basic YTpi")[:2] == (401, 'Bearer realm="service"')


def test_altered_tokens_are_stopped(gate, good):
    for what, token in altered(good).items():
        assert gate(f"Bearer {token}")[:2] == INVALID, what
    assert gate(f"Bearer {good}")[0] == 200


def test_an_expired_token_is_stopped(gate, server):
    assert gate(f"Bearer {server.expired_token}")[:2] == INVALID


def test_a_token_for_another_service_is_stopped(gate, server):
    token = server.sign_in(scope="billing:read", resource=BILLING)["access_token"]
    assert gate(f"Bearer {token}")[:2] == INVALID


def test_a_token_of_another_issuer_is_stopped(gate, prepared, tmp_path):
    with Deployment.copy(prepared, tmp_path / "foreign").serve() as foreign:
        token = foreign.sign_in(scope="orders:read", resource=ORDERS)["access_token"]
    assert gate(f"Bearer {token}")[:2] == INVALID


def test_two_tokens_are_stopped(gate, good):
    assert gate(f"Bearer {good}", f"Bearer {good}")[:2] == INVALID


def test_another_kind_of_token_is_stopped(gate, server):
    assert gate(f"Bearer {server.sign_in()['refresh_token']}")[:2] == INVALID
