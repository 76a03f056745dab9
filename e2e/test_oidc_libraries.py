"""Other people's client libraries upon requests, each as its own documents tell to use it."""

import urllib.parse

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7523 import PrivateKeyJWT as AuthlibPrivateKeyJWT
from authlib.oidc.core import CodeIDToken, UserInfo
from requests_oauth2client import (
    BearerToken, ClientSecretBasic, ClientSecretPost, OAuth2Client, PrivateKeyJwt, PublicApp)
from requests_oauthlib import OAuth2Session as OauthlibSession

from application import CALLBACK, SIGNED_OUT, Application, client_keys
from client_libraries import SCOPE, metadata, plain_settings, secret, signed_out  # noqa: F401
from processes import PATIENCE


# Authlib.

class Authlib:
    """Authlib's session with the checks of its own OpenID Connect classes."""

    def __init__(self, provider, metadata, client="portal", method="client_secret_basic"):
        self.metadata, self.client = metadata, client
        credentials = secret(provider, client)
        if method == "private_key_jwt":
            credentials = client_keys()["ec"]
        self.session = AuthlibSession(
            client, credentials, scope=SCOPE, redirect_uri=CALLBACK, code_challenge_method="S256",
            token_endpoint_auth_method=method, revocation_endpoint_auth_method=method,
            token_endpoint=metadata["token_endpoint"])
        self.session.trust_env = False
        if method == "private_key_jwt":
            self.session.register_client_auth_method(
                AuthlibPrivateKeyJWT(metadata["token_endpoint"], alg="ES256", headers={"kid": "ec"}))

    def url(self, **more):
        self.verifier, self.nonce = generate_token(48), generate_token(20)
        url, self.state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=self.verifier, nonce=self.nonce, **more)
        return url

    def finish(self, url):
        return self.session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=url, code_verifier=self.verifier, state=self.state)

    def id_token(self, token, nonce=True, **parameters):
        keys = JsonWebKey.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=PATIENCE).json())
        parameters |= {"client_id": self.client, "access_token": token["access_token"]}
        if nonce:
            parameters["nonce"] = self.nonce
        said = JsonWebToken(["ES256"]).decode(
            token["id_token"], keys, claims_cls=CodeIDToken, claims_params=parameters,
            claims_options={"iss": {"essential": True, "value": self.metadata["issuer"]},
                            "aud": {"essential": True, "value": self.client}})
        said.validate()
        return said

    def sign_in(self, visitor, **more):
        return self.finish(visitor.go(self.url(**more), until=CALLBACK).url)


@pytest.mark.parametrize(("client", "method"), [
    ("portal", "client_secret_basic"), ("portal", "client_secret_post"), ("spa", "none"),
    ("keyholder", "private_key_jwt")])
def test_authlib_signs_in_refreshes_and_asks_for_user_info(provider, metadata, visitor, client, method):
    authlib = Authlib(provider, metadata, client, method)
    token = authlib.sign_in(visitor)
    said = authlib.id_token(token)
    info = UserInfo(authlib.session.get(metadata["userinfo_endpoint"]).json())
    assert (info.sub, info.name, info.email) == (said["sub"], "Anna", "anna@example.com")
    refreshed = authlib.session.refresh_token(metadata["token_endpoint"])
    assert refreshed["refresh_token"] != token["refresh_token"]
    assert authlib.id_token(refreshed, nonce=False)["sub"] == said["sub"]
    answer = authlib.session.revoke_token(
        metadata["revocation_endpoint"], token=refreshed["refresh_token"], token_type_hint="refresh_token")
    assert answer.status_code == 200


@pytest.mark.parametrize(("client", "method"), [("portal", "client_secret_basic"), ("keyholder", "private_key_jwt")])
def test_authlib_introspects_what_it_got(provider, metadata, visitor, client, method):
    authlib = Authlib(provider, metadata, client, method)
    token = authlib.sign_in(visitor)
    for name, hint in (("access_token", "access_token"), ("refresh_token", "refresh_token")):
        answer = authlib.session.introspect_token(
            metadata["introspection_endpoint"], token=token[name], token_type_hint=hint)
        assert answer.status_code == 200 and answer.json()["active"] is True, answer.text
        assert answer.json()["client_id"] == client
    authlib.session.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])
    answer = authlib.session.introspect_token(metadata["introspection_endpoint"], token=token["refresh_token"])
    assert answer.json() == {"active": False}


def test_authlib_without_a_page_and_with_an_old_sign_in(provider, metadata, visitor):
    authlib = Authlib(provider, metadata)
    # Its session does not look for an error in the answer: that is the application's.
    assert visitor.go(authlib.url(prompt="none"), until=CALLBACK).query["error"] == "login_required"
    first = authlib.id_token(authlib.sign_in(visitor))
    again = authlib.id_token(authlib.sign_in(visitor, prompt="none", max_age=600), max_age=600)
    assert again["auth_time"] == first["auth_time"]
    assert visitor.go(authlib.url(max_age=0), until=CALLBACK).asked in ([], ["/sign-in"])


@pytest.mark.parametrize(("client", "method"), [("pushing", "client_secret_basic"), ("keyholder", "private_key_jwt")])
def test_authlib_pushes_its_request(provider, metadata, visitor, client, method):
    authlib = Authlib(provider, metadata, client, method)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(authlib.url()).query))
    answer = authlib.session.post(
        metadata["pushed_authorization_request_endpoint"], data=query, withhold_token=True,
        auth=authlib.session.client_auth(authlib.session.token_endpoint_auth_method))
    assert answer.status_code == 201, answer.text
    url = Application(provider, client).pushed_url(answer.json()["request_uri"])
    assert authlib.id_token(authlib.finish(visitor.go(url, until=CALLBACK).url))


def test_authlib_signs_out(provider, metadata, visitor):
    authlib = Authlib(provider, metadata)
    token = authlib.sign_in(visitor)
    query = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "s"}
    page = signed_out(visitor, f"{metadata['end_session_endpoint']}?{urllib.parse.urlencode(query)}")
    assert page.query == {"state": "s"}
    assert visitor.go(authlib.url(prompt="none"), until=CALLBACK).query["error"] == "login_required"


# requests-oauthlib.

@pytest.mark.parametrize("client", ["portal", "partner", "spa"])
def test_requests_oauthlib(provider, metadata, visitor, client):
    session = OauthlibSession(client, scope=SCOPE.split(), redirect_uri=CALLBACK, pkce="S256")
    session.trust_env = False
    url, _ = session.authorization_url(metadata["authorization_endpoint"])
    page = visitor.go(url, until=CALLBACK)
    credentials = secret(provider, client)
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=page.url, client_secret=credentials,
        include_client_id=credentials is None or None)
    assert session.get(metadata["userinfo_endpoint"]).json()["name"] == "Anna"
    extra = {"auth": (client, credentials)} if credentials else {"client_id": client}
    refreshed = session.refresh_token(metadata["token_endpoint"], **extra)
    assert refreshed["refresh_token"] != token["refresh_token"]


# requests_oauth2client.

def oauth2client(provider, client, authentication):
    session = requests.Session()
    session.trust_env = False
    return OAuth2Client.from_discovery_endpoint(
        issuer=provider.issuer, redirect_uri=CALLBACK, auth=authentication, id_token_signed_response_alg="ES256",
        session=session, testing=True)


@pytest.mark.parametrize("client", ["portal", "portal-post", "spa", "keyholder"])
def test_requests_oauth2client(provider, visitor, client):
    made = {
        "portal": lambda: ClientSecretBasic("portal", secret(provider, "portal")),
        "portal-post": lambda: ClientSecretPost("portal", secret(provider, "portal")),
        "spa": lambda: PublicApp("spa"),
        "keyholder": lambda: PrivateKeyJwt("keyholder", client_keys()["ec"].as_dict(private=True)),
    }[client]()
    library = oauth2client(provider, client, made)
    request = library.authorization_request(scope=SCOPE, max_age=600)
    pushed = library.pushed_authorization_request(request)
    page = visitor.go(pushed.uri, until=CALLBACK)
    token = library.authorization_code(request.validate_callback(page.url), validate=True)
    assert isinstance(token, BearerToken) and token.id_token.nonce == request.nonce
    assert library.userinfo(token)["email"] == "anna@example.com"
    refreshed = library.refresh_token(token)
    assert refreshed.refresh_token != token.refresh_token
    if client != "spa":
        assert library.introspect_token(refreshed.access_token, token_type_hint="access_token")["active"] is True
    assert library.revoke_refresh_token(refreshed) is True
