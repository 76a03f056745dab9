"""private_key_jwt (RFC 7523, OIDC Core §9): a client proves itself with a key, known by value or by an address."""

import hmac
import http.server
import json
import secrets
import threading
import time
import warnings

import jwt
import pytest
from joserfc.jwk import ECKey

from application import CALLBACK, Application, client_keys, key_set
from damage import claims, encode
from deployment import Deployment

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def keyholder(provider):
    return Application.of(provider, "keyholder")


def assertion(client, audience, key=None, algorithm=None, header=None, leave_out=(), **changes):
    """A good assertion, but for what is said otherwise. By PyJWT, which makes bad ones too."""
    key = key or client_keys()["ec"]
    now = int(time.time())
    made = {"iss": client, "sub": client, "aud": audience, "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)} | changes
    made = {name: value for name, value in made.items() if name not in leave_out}
    top = {"kid": key.kid} | (header or {})
    if algorithm == "HS256":
        # The public key as a shared secret, which no library signs with any more.
        signed = ".".join(encode(json.dumps(part).encode()) for part in (top | {"alg": algorithm}, made))
        return f"{signed}.{encode(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode(made, key.private_key, algorithm or key.alg, headers=top)


def proven(made):
    return {"client_assertion": made, "client_assertion_type": BEARER}


def refresh_with(application, token, made, **more):
    """Any authenticated request would do."""
    return application.refresh(token, **proven(made), **more)


def is_refused(answer):
    body = answer.json()
    return answer.status_code in (400, 401) and body["error"] in ("invalid_client", "invalid_request") and "access_token" not in body


@pytest.fixture(scope="module")
def endpoint(provider):
    return f"{provider.issuer}/token"


@pytest.mark.parametrize("key", ["ec", "rsa"])
@pytest.mark.parametrize("audience", ["the endpoint", "the issuer", "the issuer in an array"])
def test_a_good_assertion_is_taken(provider, keyholder, visitor, endpoint, key, audience):
    audience = {"the endpoint": endpoint, "the issuer": provider.issuer, "the issuer in an array": [provider.issuer]}[audience]
    answer = keyholder.redeem(keyholder.code(visitor), **proven(assertion("keyholder", audience, client_keys()[key])))
    assert answer.status_code == 200, answer.text
    # The client may leave its id out: the assertion names it.
    form = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    answer = provider.post("/token", form | proven(assertion("keyholder", audience, client_keys()[key])))
    assert answer.status_code == 200, answer.text


def test_it_is_taken_wherever_a_client_proves_itself(provider, keyholder, visitor, endpoint):
    pushed = keyholder.post("/par", keyholder.parameters() | proven(assertion("keyholder", provider.issuer)))
    assert pushed.status_code == 201, pushed.text
    page = visitor.go(keyholder.pushed_url(pushed.json()["request_uri"]), until=CALLBACK)
    tokens = keyholder.redeemed(page.query["code"], **proven(assertion("keyholder", endpoint)))
    asked = keyholder.post("/introspect", {"token": tokens["access_token"]} | proven(assertion("keyholder", provider.issuer)))
    assert asked.json()["active"] is True, asked.text
    revoked = keyholder.post("/revoke", {"token": tokens["refresh_token"]} | proven(assertion("keyholder", provider.issuer)))
    assert revoked.status_code == 200
    assert "client_assertion" not in provider.deployment.dump()


def test_wrong_assertions_are_refused_and_burn_nothing(provider, keyholder, visitor, endpoint):
    code, now = keyholder.code(visitor), int(time.time())
    stranger = ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256"})
    rsa = client_keys()["rsa"]
    wrong = {
        "another audience": {"aud": "https://evil.example/token"}, "two audiences": {"aud": [endpoint, "https://evil.example"]},
        "an audience with a slash": {"aud": provider.issuer + "/"}, "an audience in capitals": {"aud": endpoint.upper()},
        "no audience": {"leave_out": ["aud"]}, "an empty array": {"aud": []}, "another issuer": {"iss": "portal"},
        "another subject": {"sub": "portal"}, "no issuer": {"leave_out": ["iss"]}, "no subject": {"leave_out": ["sub"]},
        "expired": {"exp": now - 120}, "no end": {"leave_out": ["exp"]}, "two hours": {"exp": now + 7200},
        "an end in words": {"exp": "soon"}, "not yet": {"nbf": now + 300}, "made later": {"iat": now + 300},
        "no jti": {"leave_out": ["jti"]}, "an empty jti": {"jti": ""}, "a long jti": {"jti": "x" * 1000},
        "a stranger's key": {"key": stranger}, "another kid": {"header": {"kid": "rsa"}}, "an unknown kid": {"header": {"kid": "x"}},
        "a symmetric key": {"algorithm": "HS256"},
        "the key's other algorithm": {"key": rsa, "algorithm": "RS384"}, "PS256 by an RS256 key": {"key": rsa, "algorithm": "PS256"},
        "a key in the header": {"key": stranger, "header": {"jwk": stranger.as_dict(private=False)}},
        "a critical header": {"header": {"crit": ["x"], "x": 1}},
    }
    tried = {
        what: assertion("keyholder", **{"audience": changes.pop("aud", endpoint)} | changes) for what, changes in wrong.items()}
    good = assertion("keyholder", endpoint)
    first, second, signature = good.split(".")
    tried |= {
        "no signature": f"{first}.{second}.", "four parts": good + ".x", "garbage": "garbage", "10 kB": "a" * 10_000,
        "alg none": f"eyJhbGciOiJub25lIiwia2lkIjoiZWMifQ.{second}.", "half a signature": good[:-20]}
    for what, made in tried.items():
        answer = keyholder.redeem(code, **proven(made))
        assert is_refused(answer), (what, answer.text)
    for what, form in {
        "another type": {"client_assertion": good, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        "no type": {"client_assertion": good}, "a type alone": {"client_assertion_type": BEARER},
        "another client": proven(good) | {"client_id": "portal"}, "a secret too": proven(good) | {"client_secret": "x"}, "nothing": {},
    }.items():
        assert is_refused(keyholder.redeem(code, **form)), what
    basic = keyholder.redeem(code, auth=("keyholder", "secret"))
    assert is_refused(basic)
    assert keyholder.redeem(code, **proven(assertion("keyholder", endpoint))).status_code == 200


def test_an_assertion_is_good_once(provider, keyholder, visitor, endpoint):
    made = assertion("keyholder", endpoint)
    tokens = keyholder.redeemed(keyholder.code(visitor), **proven(made))
    assert is_refused(refresh_with(keyholder, tokens["refresh_token"], made))
    assert is_refused(keyholder.post("/par", keyholder.parameters() | proven(made)))
    # Not even in other words.
    assert is_refused(refresh_with(keyholder, tokens["refresh_token"], assertion("keyholder", endpoint, jti=claims(made)["jti"])))
    assert refresh_with(keyholder, tokens["refresh_token"], assertion("keyholder", endpoint)).status_code == 200


def test_a_client_with_a_secret_cannot_use_a_key(provider, visitor, endpoint):
    portal = Application.of(provider, "portal")
    code = portal.code(visitor)
    assert is_refused(portal.redeem(code, auth=None, **proven(assertion("portal", endpoint))))
    portal.redeemed(code)


# Keys at an address.

class Publisher:
    """Serves a key set, and whatever else a test makes it do."""

    def __init__(self):
        self.answer = (200, {"Content-Type": "application/json"}, json.dumps(key_set()).encode())
        self.asked = 0
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.asked += 1
                status, headers, body = publisher.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/keys"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def publisher():
    made = Publisher()
    yield made
    made.close()


@pytest.fixture
def linked(prepared_provider, publisher, tmp_path):
    """A client whose keys are at an address, at a server that has not asked for them yet."""
    deployment = Deployment.copy(prepared_provider, tmp_path / "linked")
    deployment.add_client(
        "linked", "--first-party", "--redirect-uri", CALLBACK, "--scope", "openid", "--jwks-uri", publisher.url)
    with deployment.serve() as server:
        yield Application.of(server, "linked")


def push(application):
    return application.post(
        "/par", application.parameters() | proven(assertion(application.client, application.server.issuer)))


def test_keys_at_an_address_are_fetched_once_and_kept(linked, publisher):
    assert publisher.asked == 0
    for _ in range(5):
        answer = push(linked)
        assert answer.status_code == 201, answer.text
    assert publisher.asked == 1
    publisher.answer = (500, {}, b"")
    assert push(linked).status_code == 201, "what was fetched goes on"


@pytest.mark.parametrize("wrong", ["not found", "a redirect", "garbage", "a megabyte", "no keys", "a symmetric key"])
def test_an_address_without_keys_proves_nothing(linked, publisher, wrong):
    kind = {"Content-Type": "application/json"}
    elsewhere = Publisher()
    try:
        publisher.answer = {
            "not found": (404, kind, b"{}"), "a redirect": (302, {"Location": elsewhere.url}, b""), "garbage": (200, kind, b"garbage"),
            "a megabyte": (200, kind, json.dumps(key_set() | {"more": "x" * 1_000_000}).encode()), "no keys": (200, kind, b'{"keys":[]}'),
            "a symmetric key": (200, kind, json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "ec", "alg": "HS256"}]}).encode()),
        }[wrong]
        answer = push(linked)
        assert answer.status_code in (400, 401, 503), answer.text
        assert elsewhere.asked == 0
        assert linked.server.get("/health/live").status_code == 200
    finally:
        elsewhere.close()


@pytest.mark.parametrize("address", [
    "http://169.254.169.254/keys", "http://10.0.0.1/keys", "http://[::ffff:10.0.0.1]/keys", "file:///etc/passwd", "ftp://x.example/",
    "http://keys.example/", "https://user@keys.example/", "https://keys.example/#f"])
def test_no_key_is_looked_for_at_such_an_address(prepared_provider, tmp_path, address):
    deployment = Deployment.copy(prepared_provider, tmp_path / "own")
    assert deployment.run("client", "add", "odd", "--redirect-uri", CALLBACK, "--jwks-uri", address).returncode != 0
