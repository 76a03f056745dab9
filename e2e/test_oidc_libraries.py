"""Other people's client libraries in Python, each as its own documents tell to use it."""

import urllib.parse

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7523 import PrivateKeyJWT as AuthlibPrivateKeyJWT
from authlib.oidc.core import CodeIDToken, UserInfo
from cryptojwt.key_jar import KeyJar
from idpyoidc.client.rp_handler import RPHandler
from jwkest.jwk import ECKey as JwkestKey
from oic.extension.message import TokenIntrospectionResponse
from oic.oauth2.message import Message
from oic.oic import Client as OicClient
from oic.oic.message import AuthorizationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD, assertion_jwt
from oic.utils.keyio import KeyBundle
from oic.utils.settings import OicClientSettings
from requests_oauth2client import BearerToken, ClientSecretBasic, ClientSecretPost, OAuth2Client, PrivateKeyJwt, PublicApp
from requests_oauthlib import OAuth2Session as OauthlibSession

from application import CALLBACK, SIGNED_OUT, Application, client_keys, key_set
from processes import PATIENCE

METADATA = "/.well-known/openid-configuration"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "openid profile email offline_access orders:read"


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch):
    """Plain http on loopback, and no proxies."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def metadata(provider):
    return provider.get(METADATA).json()


def secret(provider, client):
    return provider.deployment.secrets.get(client)


def signed_out(visitor, url):
    """Follows the library's sign-out address, which must lead back to the application."""
    page = visitor.open(url, until=SIGNED_OUT)
    assert page.url.startswith(SIGNED_OUT), (page.url, page.text[:2000])
    return page


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
    ("portal", "client_secret_basic"), ("portal", "client_secret_post"), ("spa", "none"), ("keyholder", "private_key_jwt")])
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
        answer = authlib.session.introspect_token(metadata["introspection_endpoint"], token=token[name], token_type_hint=hint)
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


# oic.

class Oic:
    def __init__(self, provider, client="portal", method="client_secret_basic"):
        self.client = OicClient(
            client_id=client, client_authn_method=CLIENT_AUTHN_METHOD,
            config={"code_challenge": {"method": "S256", "length": 64}}, settings=OicClientSettings(timeout=PATIENCE))
        self.client.provider_config(provider.issuer)
        self.client.redirect_uris = [CALLBACK]
        self.client.post_logout_redirect_uris = [SIGNED_OUT]
        self.method = method
        self.options = {"authn_method": method}
        if method == "private_key_jwt":
            key = JwkestKey(**client_keys()["ec"].as_dict(private=True))
            key.deserialize()
            bundle = KeyBundle()
            bundle.append(key)
            self.client.keyjar.add_kb("", bundle)
            self.options |= {"algorithm": "ES256", "kid": "ec", "authn_endpoint": "token"}
        else:
            self.client.client_secret = secret(provider, client)

    def url(self, **more):
        self.state = generate_token(20)
        self.nonce = generate_token(20)
        challenge, self.verifier = self.client.add_code_challenge()
        request = self.client.construct_AuthorizationRequest(request_args={
            "response_type": "code", "scope": SCOPE.split(), "redirect_uri": CALLBACK, "state": self.state,
            "nonce": self.nonce} | challenge | more)
        return request.request(self.client.authorization_endpoint)

    def finish(self, page):
        query = urllib.parse.urlsplit(page.url).query
        answer = self.client.parse_response(AuthorizationResponse, info=query, sformat="urlencoded")
        assert "error" not in answer, answer["error"]
        assert answer["state"] == self.state
        return self.client.do_access_token_request(
            state=self.state, **self.options,
            request_args={"code": answer["code"], "redirect_uri": CALLBACK, "code_verifier": self.verifier})

    def refresh(self):
        if self.method != "private_key_jwt":
            return self.client.do_access_token_refresh(state=self.state, authn_method=self.method)
        # It loses the options of the method on the way, so the assertion is made by its own function.
        endpoint = self.client.provider_info["token_endpoint"]
        made = assertion_jwt(self.client, self.client.keyjar.get_signing_key("EC", ""), endpoint, "ES256")
        return self.client.do_access_token_refresh(state=self.state, request_args={
            "client_assertion": made, "client_assertion_type": JWT_BEARER, "client_id": self.client.client_id})

    def sign_in(self, visitor, **more):
        answer = self.finish(visitor.go(self.url(**more), until=CALLBACK))
        assert "access_token" in answer, answer.to_dict()
        return answer


@pytest.mark.parametrize(("client", "method"), [
    ("portal", "client_secret_basic"), ("portal", "client_secret_post"), ("keyholder", "private_key_jwt")])
def test_oic_signs_in_refreshes_and_asks_for_user_info(provider, visitor, client, method):
    oic = Oic(provider, client, method)
    token = oic.sign_in(visitor)
    assert token["id_token"]["nonce"] == oic.nonce
    info = oic.client.do_user_info_request(state=oic.state)
    assert (info["sub"], info["email"]) == (token["id_token"]["sub"], "anna@example.com")
    refreshed = oic.refresh()
    assert refreshed["refresh_token"] != token["refresh_token"]
    assert oic.client.do_user_info_request(state=oic.state)["sub"] == info["sub"]


def test_oic_without_a_page_and_with_an_old_sign_in(provider, visitor):
    oic = Oic(provider)
    page = visitor.go(oic.url(prompt="none"), until=CALLBACK)
    with pytest.raises(AssertionError, match="login_required"):
        oic.finish(page)
    first = oic.sign_in(visitor)["id_token"]
    assert oic.sign_in(visitor, prompt="none", max_age=600)["id_token"]["auth_time"] == first["auth_time"]


@pytest.mark.parametrize(("client", "method"), [("pushing", "client_secret_basic"), ("portal", "client_secret_post")])
def test_oic_pushes_its_request_and_introspects(provider, metadata, visitor, client, method):
    """It knows neither endpoint; the requests are its own, and so is the authentication."""
    oic = Oic(provider, client, method)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(oic.url()).query))

    def post(endpoint, form):
        form = form | {"client_id": client}
        headers = {}
        if method == "client_secret_basic":
            authentication = CLIENT_AUTHN_METHOD[method](oic.client)
            headers = authentication.construct(Message(), {}, {}, user=client, password=secret(provider, client))["headers"]
        else:
            form["client_secret"] = secret(provider, client)
        return requests.post(metadata[endpoint], form, headers=headers, timeout=PATIENCE)

    pushed = post("pushed_authorization_request_endpoint", query)
    assert pushed.status_code == 201, pushed.text
    token = oic.finish(visitor.go(Application(provider, client).pushed_url(pushed.json()["request_uri"]), until=CALLBACK))
    answer = TokenIntrospectionResponse().from_json(post("introspection_endpoint", {"token": token["access_token"]}).text)
    assert answer.verify() and answer["active"] is True and answer["sub"] == token["id_token"]["sub"]


def test_oic_signs_out(provider, visitor):
    oic = Oic(provider)
    token = oic.sign_in(visitor)
    request = oic.client.construct_EndSessionRequest(
        state=oic.state, request_args={"post_logout_redirect_uri": SIGNED_OUT, "state": "s"})
    # It puts in the ID token that it read; what must come back is the one on the wire.
    request["id_token_hint"] = token.get("id_token_jwt") or oic.client.grant[oic.state].get_id_token().jwt.pack()
    signed_out(visitor, request.request(oic.client.end_session_endpoint))
    assert visitor.go(oic.url(prompt="none"), until=CALLBACK).query["error"] == "login_required"


# idpyoidc.

def idpyoidc(provider, client="portal", method="client_secret_basic", told=True):
    """It refuses to discover an issuer that does not offer RS256, so it is told the metadata."""
    services = {
        "discovery": "oidc.provider_info_discovery.ProviderInfoDiscovery", "authorization": "oidc.authorization.Authorization",
        "access_token": "oidc.access_token.AccessToken", "refresh_token": "oidc.refresh_access_token.RefreshAccessToken",
        "userinfo": "oidc.userinfo.UserInfo", "end_session": "oidc.end_session.EndSession",
        "introspection": "oauth2.introspection.Introspection"}
    metadata = provider.get(METADATA).json()
    configuration = {
        "issuer": provider.issuer,
        "provider_info": metadata | {"keys": {"url": {provider.issuer: metadata["jwks_uri"]}}} if told else {},
        "client_authn_methods": {method: {}},
        "client_id": client, "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [SIGNED_OUT], "response_types_supported": ["code"],
        "scopes_supported": SCOPE.split(), "id_token_signed_response_alg": "ES256",
        "token_endpoint_auth_methods_supported": [method], "client_type": "oidc",
        "services": {
            name: {"class": f"idpyoidc.client.{path}"} | (
                {"kwargs": {"default_authn_method": method}} if name in ("access_token", "introspection") else {})
            for name, path in services.items()},
        "add_ons": {"pkce": {
            "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
            "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"}}}}
    keys = KeyJar()
    keys.import_jwks(key_set(private=True), "")
    if method == "private_key_jwt":
        configuration |= {"token_endpoint_auth_signing_alg_values_supported": ["ES256"]}
    else:
        configuration["client_secret"] = secret(provider, client)
    return RPHandler(base_url="http://127.0.0.1:9", client_configs={provider.issuer: configuration}, keyjar=keys)


def begin_idpyoidc(handler, provider, **more):
    url = handler.begin(provider.issuer, req_args={"scope": SCOPE.split()} | more)
    url = url["url"] if isinstance(url, dict) else url
    return url, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["state"]


def test_idpyoidc_discovers_no_issuer_without_rs256(provider):
    with pytest.raises(ValueError, match="RS256 missing"):
        begin_idpyoidc(idpyoidc(provider, told=False), provider)


@pytest.mark.parametrize(("client", "method"), [
    ("portal", "client_secret_basic"), ("portal", "client_secret_post"), ("keyholder", "private_key_jwt")])
def test_idpyoidc_through_everything(provider, visitor, client, method):
    handler = idpyoidc(provider, client, method)
    url, state = begin_idpyoidc(handler, provider)
    assert "code_challenge" in url
    done = handler.finalize(provider.issuer, visitor.go(url, until=CALLBACK).query)
    assert "error" not in done, done
    assert (done["userinfo"]["email"], done["id_token"]["sub"]) == ("anna@example.com", done["userinfo"]["sub"])
    rp = handler.issuer2rp[provider.issuer]
    refreshed = handler.refresh_access_token(state)
    assert refreshed["access_token"] != done["token"]
    assert handler.get_user_info(state)["sub"] == done["userinfo"]["sub"]
    out = handler.logout(state, post_logout_redirect_uri=SIGNED_OUT)
    signed_out(visitor, out["url"])
    assert rp


@pytest.mark.parametrize(("client", "method"), [("portal", "client_secret_basic"), ("keyholder", "private_key_jwt")])
def test_idpyoidc_introspects(provider, visitor, client, method):
    handler = idpyoidc(provider, client, method)
    url, state = begin_idpyoidc(handler, provider)
    done = handler.finalize(provider.issuer, visitor.go(url, until=CALLBACK).query)
    rp = handler.issuer2rp[provider.issuer]
    answer = rp.do_request("introspection", request_args={"token": done["token"]}, state=state, authn_method=method)
    assert answer["active"] is True and answer["sub"] == done["userinfo"]["sub"], answer


def test_idpyoidc_cannot_push_to_a_server_of_the_standard(provider, visitor):
    """Its add-on sends a request object always, and takes 200 alone for success: RFC 9126 §2.2 says 201."""
    handler = idpyoidc(provider)
    handler.client_configs[provider.issuer]["add_ons"]["pushed_authorization"] = {
        "function": "idpyoidc.client.oauth2.add_on.par.add_support", "kwargs": {"authn_method": "client_secret_basic"}}
    with pytest.raises(ConnectionError, match="Could not connect"):
        begin_idpyoidc(handler, provider)


def test_idpyoidc_without_a_page_and_with_an_old_sign_in(provider, visitor):
    handler = idpyoidc(provider)
    url, _ = begin_idpyoidc(handler, provider, prompt="none")
    assert handler.finalize(provider.issuer, visitor.go(url, until=CALLBACK).query)["error"] == "login_required"
    url, _ = begin_idpyoidc(handler, provider)
    first = handler.finalize(provider.issuer, visitor.go(url, until=CALLBACK).query)
    url, _ = begin_idpyoidc(handler, provider, prompt="none", max_age=600)
    again = handler.finalize(provider.issuer, visitor.go(url, until=CALLBACK).query)
    assert again["id_token"]["auth_time"] == first["id_token"]["auth_time"]


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
