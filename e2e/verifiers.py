"""One issuer and those who check its tokens all the time, on threads.

`orders` and `billing` with TykvaVerifier, PyJWT, HAProxy with the script of its document, and Apache's
mod_auth_openidc, all at once.
"""

import http.client
import json
import random
import secrets
import threading
import time

import jwt

from apache import Apache, public_folder
from damage import encode, header
from deployment import BILLING, ORDERS, Server
from haproxy import Gate
from processes import PATIENCE, free_port, wait_until
from services import Service, series
from visitor import Visitor

# Seconds for which a token is used here: HAProxy has the two keys before the one that signs.
RECENT = 15
KEY_SET = 'tykva_http_requests_total{endpoint="/.well-known/jwks.json",status="2xx"}'

APACHE = """
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID portal
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:@PORT@/private/callback
OIDCCryptoPassphrase of-this-test-alone
OIDCPKCEMethod S256
OIDCHTTPTimeoutShort 60
OIDCHTTPTimeoutLong 90
OIDCScope "openid"
OIDCIDTokenSignedResponseAlg ES256
OIDCCookie portal_session
<Location /private>
AuthType openid-connect
Require valid-user
</Location>
"""


class Load:
    """Threads that do one thing over and over; what goes wrong is kept, and the keys that were met are noted."""

    def __init__(self):
        self.failures = []
        self.counts = {}
        self.kids = {}
        self._ended = {}
        self._threads = []
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(*self._ended)
        for thread in self._threads:
            thread.join()

    def begin(self, name, make, pause, threads=1):
        """`make()` gives each thread an action of its own, which returns (the token's kid, what is wrong)."""
        ended = self._ended.setdefault(name, threading.Event())
        for _ in range(threads):
            thread = threading.Thread(target=self._repeat, args=(name, make(), pause, ended))
            self._threads.append(thread)
            thread.start()

    def stop(self, *names):
        for name in names:
            self._ended[name].set()

    def expect_no_failure(self):
        assert not self.failures, (len(self.failures), self.failures[:5], self.counts)

    def _repeat(self, name, action, pause, ended):
        while not ended.wait(pause):
            try:
                kid, problem = action()
            except Exception as error:
                kid, problem = None, repr(error)
            with self._lock:
                self.counts[name] = self.counts.get(name, 0) + 1
                if kid:
                    self.kids.setdefault(name, set()).add(kid)
                if problem:
                    self.failures.append((round(time.monotonic(), 2), name, kid, problem))


class Tokens:
    """Fresh ones all the time, so that each key is met within moments of its first signature."""

    def __init__(self, server):
        self.server = server
        self.session = Server.new_session()
        self.recent = {ORDERS: (), BILLING: ()}
        self.kids = []

    def fetch(self):
        for audience in self.recent:
            answer = self.server.post(
                "/token", {"grant_type": "client_credentials", "scope": "orders:read", "resource": audience},
                session=self.session, auth=("meter", self.server.deployment.secrets["meter"]))
            if answer.status_code != 200:
                return None, f"the issuer answers {answer.status_code} {answer.text[:200]}"
            token = answer.json()["access_token"]
            kid = header(token)["kid"]
            if kid not in self.kids:
                self.kids.append(kid)
            now = time.monotonic()
            self.recent[audience] = (*(one for one in self.recent[audience] if now - one[0] < RECENT), (now, token))
        return kid, None

    def newest(self, audience):
        return self.recent[audience][-1][1]

    def some(self, audience):
        """Mostly the newest; sometimes one that another key may have signed."""
        recent = self.recent[audience]
        return (recent[-1] if random.random() < 0.7 else random.choice(recent))[1]


def over_http(port, path, token, expected=200):
    """One check: an action for a thread, with a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def check():
        text = token()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {text}"})
            answer = connection.getresponse()
            answer.read()
        except Exception:
            connection.close()
            raise
        kid = header(text)["kid"]
        return kid, None if answer.status == expected else f"{answer.status} {answer.headers.get('WWW-Authenticate')}"

    return check


def strange(token):
    """As good as the token, but for a key that nobody has."""
    parts = token.split(".")
    return ".".join([encode(json.dumps(header(token) | {"kid": secrets.token_urlsafe(32)}).encode()), *parts[1:]])


class Scene:
    def __init__(self, deployment, stack, folder):
        self.deployment = deployment
        self.metrics_port, port = free_port(), free_port()
        apache_port = free_port()
        deployment.add_client(
            "meter", "--grant", "client_credentials", "--audience", ORDERS, "--audience", BILLING,
            "--scope", "orders:read")
        deployment.add_client(
            "portal", "--first-party", "--grant", "authorization_code", "--scope", "openid",
            "--redirect-uri", f"http://127.0.0.1:{apache_port}/private/callback")
        self.serve(port)
        stack.callback(lambda: self.server.__exit__())
        self.services = {}
        for name in ("orders", "billing"):
            self.services[name] = Service(name, folder, self.server.issuer, ALSO_ACCEPTING="EdDSA")
            stack.callback(self.services[name].process.stop)
        # Known by then, like everybody's in a deployment that is not new.
        self.keys = jwt.PyJWKClient(f"{self.server.issuer}/.well-known/jwks.json", timeout=PATIENCE)
        self.keys.get_signing_keys()
        self.gate = Gate(folder, self.server.issuer, ORDERS)
        stack.callback(self.gate.close)
        place = stack.enter_context(public_folder())
        settings = APACHE.format(issuer=self.server.issuer, secret=deployment.secrets["portal"])
        self.apache = Apache(place, "auth_openidc", settings, apache_port).start()
        stack.callback(self.apache.stop)

    def serve(self, port):
        self.server = self.deployment.serve(
            port=port, environment={"TYKVA_METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}"})

    def key_set_fetches(self):
        text = self.server.session.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=PATIENCE).text
        return series(text).get(KEY_SET, 0)

    def fetches(self):
        return {name: service.metrics()["fetches_total"] for name, service in self.services.items()}

    def begin_checks(self, load, tokens):
        """Both services, with tokens as they come."""
        load.begin("tokens", lambda: tokens.fetch, 0.05)
        wait_until(lambda: all(tokens.recent.values()), 20, "the first tokens")
        for name, path, audience in (("orders", "/orders", ORDERS), ("billing", "/me", BILLING)):
            port = self.services[name].port
            load.begin(
                name, lambda port=port, path=path, audience=audience: over_http(
                    port, path, lambda: tokens.some(audience)), 0.01, threads=2)

    def begin_flood(self, load, tokens):
        """Unknown kids by the hundred, at both services; they are refused as wrong, and never as a fault of ours."""
        for name, path, audience in (("orders", "/orders", ORDERS), ("billing", "/me", BILLING)):
            port = self.services[name].port
            load.begin(
                "flood", lambda port=port, path=path, audience=audience: over_http(
                    port, path, lambda: strange(tokens.newest(audience)), expected=401), 0.02, threads=2)

    def begin_others(self, load, tokens):
        """Other people's verifiers."""
        load.begin("PyJWT", lambda: lambda: self.by_pyjwt(tokens.some(ORDERS)), 0.02)
        load.begin("HAProxy", lambda: lambda: self.by_haproxy(tokens.some(ORDERS)), 0.03)
        load.begin("the script", lambda: self.fetch_keys, 5)
        visitor = Visitor(self.server)
        load.begin("mod_auth_openidc", lambda: lambda: self.by_apache(visitor, tokens), 0.5)

    def by_pyjwt(self, token):
        key = self.keys.get_signing_key_from_jwt(token)
        jwt.decode(token, key.key, algorithms=["ES256", "EdDSA"], issuer=self.server.issuer, audience=ORDERS)
        return header(token)["kid"], None

    def by_haproxy(self, token):
        status, challenge, _ = self.gate.ask(f"Bearer {token}")
        return header(token)["kid"], None if status == 200 else f"{status} {challenge}"

    def fetch_keys(self):
        done = self.gate.fetch_keys()
        return None, None if done.returncode == 0 else done.stderr

    def by_apache(self, visitor, tokens):
        """A sign-in of somebody whom the issuer knows: Apache gets a fresh ID token and checks it.

        Its key is the one that signed just before and just after, or it is not counted as met.
        """
        for cookie in [each for each in visitor.session.cookies if each.name.startswith(("portal", "mod_auth"))]:
            visitor.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
        before = tokens.kids[-1]
        page = visitor.go(f"{self.apache.url}/private/")
        if page.status != 200 or "the private page" not in page.text:
            return None, f"{page.status} {page.url} {page.text[:300]} {self.apache.log()[-2000:]}"
        assert any("/private/callback" in url for _, url in visitor.steps), visitor.steps
        return before if before == tokens.kids[-1] else None, None
