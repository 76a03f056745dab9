"""Two Apaches with mod_auth_openidc at one issuer, and an application of which only the back-channel is there."""

import contextlib
import http.server
import select
import threading
import urllib.parse

import pytest

from apache import Apache, public_folder
from damage import claims
from deployment import Deployment
from processes import free_port, wait_until
from visitor import Visitor

MODULE = """
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {authority}
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI http://127.0.0.1:@PORT@/private/callback
OIDCDefaultLoggedOutURL http://127.0.0.1:@PORT@/public/
OIDCCryptoPassphrase of-this-test-alone-{client}
OIDCPKCEMethod S256
OIDCHTTPTimeoutShort 60
OIDCHTTPTimeoutLong 90
OIDCScope "openid profile email"
OIDCIDTokenSignedResponseAlg ES256
OIDCSessionType server-cache
OIDCCookie {client}_session
OIDCStateTimeout 120
OIDCRemoteUserClaim preferred_username
<Location /private>
AuthType openid-connect
Require valid-user
Header set X-User "expr=%{{REMOTE_USER}}"
Header set X-Session "expr=%{{reqenv:OIDC_CLAIM_sid}}"
Header set X-Email "expr=%{{reqenv:OIDC_CLAIM_email}}"
</Location>
"""


class Receiver:
    """An application of which only the back-channel is there; it can be made to hold its answers."""

    def __init__(self):
        self.tokens = []
        # What happened, in order: "asked" when a notice comes, "left" when the issuer no longer waits for the answer.
        self.events = []
        self.free = threading.Event()
        self.free.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.tokens.append((self.headers["Content-Type"], urllib.parse.parse_qs(body, strict_parsing=True)))
                receiver.events.append("asked")
                while not receiver.free.wait(0.02):
                    if select.select([self.connection], [], [], 0)[0]:
                        receiver.events.append("left")
                        self.close_connection = True
                        return
                with contextlib.suppress(OSError):
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/logout"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def token_of(self, session):
        """What came with the logout token of a session: its content type and its form."""
        def found():
            return [one for one in self.tokens if claims(one[1]["logout_token"][0])["sid"] == session]

        return wait_until(found, 20, f"a logout token of {session}")[0]

    def close(self):
        self.free.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(prepared_provider, authority, receiver, tmp_path_factory):
    """The issuer with TLS, and two Apaches that are registered there."""
    folder = tmp_path_factory.mktemp("apache")
    deployment = Deployment.copy(prepared_provider, folder / "deployment")
    certificate, key = folder / "chain.pem", folder / "key.pem"
    authority.issue(certificate, key)
    ports = {"one": free_port(), "two": free_port()}
    scopes = ("--scope", "openid", "--scope", "profile", "--scope", "email")
    for name, port in ports.items():
        callback = f"http://127.0.0.1:{port}/private/callback"
        deployment.add_client(
            name, "--first-party", "--redirect-uri", callback, *scopes,
            "--post-logout-redirect-uri", f"http://127.0.0.1:{port}/public/",
            "--backchannel-logout-uri", f"{callback}?logout=backchannel")
    deployment.add_client(
        "listener", "--first-party", "--redirect-uri", "http://127.0.0.1:9/callback", "--scope", "openid",
        "--scope", "offline_access", "--backchannel-logout-uri", receiver.url)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            deployment.serve("--tls-certificate", certificate, "--tls-key", key, scheme="https"))
        server.session.verify = str(authority.path)
        apaches = {}
        for name, port in ports.items():
            place = stack.enter_context(public_folder())
            (place / "authority.pem").write_bytes(authority.path.read_bytes())
            settings = MODULE.format(
                issuer=server.issuer, authority=place / "authority.pem", client=name, secret=deployment.secrets[name])
            apaches[name] = Apache(place, "auth_openidc", settings, port).start()
            stack.callback(apaches[name].stop)
        server.verify = str(authority.path)
        yield server, apaches["one"], apaches["two"]


@pytest.fixture
def person(world):
    return Visitor(world[0], verify=world[0].verify)


def enter(person, apache):
    """Opens the guarded page, and answers whatever the issuer asks."""
    page = person.go(f"{apache.url}/private/")
    if page.url.startswith(apache.url):
        assert page.status == 200, (page.status, page.url, page.text[:500], apache.log()[-3000:])
        assert "the private page" in page.text
    return page


def is_out(person, apache):
    """Whether the guarded page leads to the issuer's form again."""
    page = person.open(f"{apache.url}/private/")
    return page.url.startswith(person.server.issuer) and page.path == "/sign-in"


def sign_out(person, apache):
    back = urllib.parse.quote(f"{apache.url}/public/", safe="")
    page = person.open(f"{apache.url}/private/callback?logout={back}")
    assert page.url.startswith(f"{apache.url}/public/") and page.status == 200, (page.url, page.text[:1000])
    return page


def notices(server, client, session):
    """What the operator sees of the notices to an application about a session."""
    return [one for one in server.deployment.json("outbox", "list")
            if (one["kind"], one["client"], one["session"]) == ("backchannel_logout", client, session)]


def wait_for_delivery(server, client, session):
    wait_until(
        lambda: [one["state"] for one in notices(server, client, session)] == ["delivered"], 180, f"{client} is told")
