"""A relying party by hand: PKCE, state and nonce as the specifications say, and each of them can be said wrongly."""

import base64
import functools
import hashlib
import json
import secrets
import urllib.parse

import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from deployment import BILLING, ORDERS

# Nothing listens there: redirects to it are read, not followed.
CALLBACK = "http://127.0.0.1:9/callback"


SIGNED_OUT = "http://127.0.0.1:9/signed-out"
MAIL = "https://mail.example"
SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access", "orders:read")


@functools.cache
def client_keys():
    """The keys of the client `keyholder`, by kid."""
    return {
        "ec": ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256", "use": "sig"}),
        "rsa": RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})}


def key_set(private=False):
    return KeySet(list(client_keys().values())).as_dict(private=private)


def add_applications(deployment):
    """The clients of the tests of single sign-on, and a person of whom much is known."""
    deployment.add_user(
        "clara", "--display-name", "Клара Цеткин", "--email", "clara@example.com", "--role", "reader",
        "--attribute", "phone_number=+4912345", "--attribute", "birthdate=1857-07-05",
        "--attribute-json", 'address={"country":"DE","locality":"Wiederau"}')
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    ends = ["--redirect-uri", CALLBACK, "--post-logout-redirect-uri", SIGNED_OUT]
    audiences = ["--audience", ORDERS, "--audience", BILLING]
    deployment.add_client("portal", "--first-party", "--claim", "roles", *audiences, *ends, *scopes)
    deployment.add_client("partner", "--name", "Partner & Söhne", *audiences, *ends, *scopes)
    keys = deployment.folder / "keyholder.json"
    keys.write_text(json.dumps(key_set()))
    deployment.add_client("keyholder", "--first-party", "--jwks", keys, *ends, *scopes)
    deployment.add_client("spa", "--public", "--first-party", *ends, *scopes)
    deployment.add_client("pushing", "--first-party", "--require-pushed-requests", *ends, *scopes)
    deployment.add_client("brief", "--first-party", "--grant", "authorization_code", *ends, *scopes)
    deployment.add_client(
        "api", "--grant", "client_credentials", "--audience", ORDERS, "--resource-server", ORDERS, "--scope", "orders:read")
    deployment.add_client(
        "mail-program", "--public", "--first-party", "--audience", MAIL, "--audience", ORDERS, *ends, *scopes)
    deployment.add_client("mail-server", "--grant", "client_credentials", "--resource-server", MAIL)
    deployment.add_client("other-api", "--grant", "client_credentials", "--resource-server", "https://other.example")


def challenge_of(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Application:
    def __init__(self, server, client, secret=None, redirect_uri=CALLBACK):
        self.server = server
        self.client = client
        self.secret = secret
        self.redirect_uri = redirect_uri
        self.verifier = self.state = self.nonce = None

    @classmethod
    def of(cls, server, client, **options):
        return cls(server, client, server.deployment.secrets.get(client), **options)

    def parameters(self, **changes):
        """Of a new authorization request; a change to None leaves a parameter out."""
        self.verifier, self.state, self.nonce = (secrets.token_urlsafe(size) for size in (48, 16, 16))
        made = {
            "response_type": "code", "client_id": self.client, "redirect_uri": self.redirect_uri, "scope": "openid",
            "state": self.state, "nonce": self.nonce, "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256"}
        return {name: value for name, value in (made | changes).items() if value is not None}

    def url(self, **changes):
        return f"{self.server.issuer}/authorize?{urllib.parse.urlencode(self.parameters(**changes))}"

    def pushed_url(self, request_uri):
        query = urllib.parse.urlencode({"client_id": self.client, "request_uri": request_uri})
        return f"{self.server.issuer}/authorize?{query}"

    def answer(self, visitor, decision="allow", account="current", **changes):
        """Sends a person through the pages; the page at which they come to rest, or our callback."""
        return visitor.go(self.url(**changes), until=self.redirect_uri, decision=decision, account=account)

    def code(self, visitor, **changes):
        """Sends a person through the pages, which must end with a code, and the code must be for us."""
        page = self.answer(visitor, **changes)
        assert page.url.startswith(self.redirect_uri), (page.url, getattr(page.response, "text", "")[:3000])
        said = page.query
        assert set(said) == {"code", "state", "iss"}, said
        assert (said["state"], said["iss"]) == (self.state, self.server.issuer)
        return said["code"]

    def error(self, visitor, **changes):
        """Sends a person through the pages, which must end with an error told to us; its word."""
        page = self.answer(visitor, **changes)
        assert page.url.startswith(self.redirect_uri), (page.url, getattr(page.response, "text", "")[:3000])
        said = page.query
        assert "code" not in said and said["iss"] == self.server.issuer, said
        assert said.get("state") == self.state, said
        return said["error"]

    @property
    def authentication(self):
        """How it proves itself: HTTP Basic with its secret, or its id alone."""
        return {"auth": (self.client, self.secret)} if self.secret else {}

    def post(self, path, form, **options):
        return self.server.post(path, {"client_id": self.client} | form, **(self.authentication | options))

    def token(self, form, **options):
        return self.post("/token", form, **options)

    def redeem(self, code, auth=(), **changes):
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier} | changes
        form = {name: value for name, value in form.items() if value is not None}
        return self.token(form, **({"auth": auth} if auth != () else {}))

    def redeemed(self, code, **changes):
        answer = self.redeem(code, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, visitor, **changes):
        """The whole flow, which must succeed."""
        return self.redeemed(self.code(visitor, **changes))

    def refresh(self, token, **changes):
        return self.token({"grant_type": "refresh_token", "refresh_token": token} | changes)

    def user_info(self, token):
        return self.server.get("/userinfo", headers={"Authorization": f"Bearer {token}"})

    def id_token(self, tokens, nonce=""):
        """The claims of an ID token, after the checks of OIDC Core §3.1.3.7 by PyJWT."""
        token = tokens["id_token"]
        keys = jwt.PyJWKSet.from_dict(self.server.get("/.well-known/jwks.json").json())
        header = jwt.get_unverified_header(token)
        said = jwt.decode(
            token, keys[header["kid"]].key, algorithms=["ES256"], issuer=self.server.issuer, audience=self.client,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "auth_time"]})
        assert said.get("nonce") == (self.nonce if nonce == "" else nonce)
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        assert said["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        assert said.get("azp", self.client) == self.client
        return said
