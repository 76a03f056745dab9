"""The client libraries oic and idpyoidc, of the same authors, each as its own documents tell to use it."""

import urllib.parse

import pytest
import requests
from authlib.common.security import generate_token
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

from application import CALLBACK, SIGNED_OUT, Application, client_keys, key_set
from client_libraries import METADATA, SCOPE, metadata, plain_settings, secret, signed_out  # noqa: F401
from processes import PATIENCE

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


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
            headers = authentication.construct(
                Message(), {}, {}, user=client, password=secret(provider, client))["headers"]
        else:
            form["client_secret"] = secret(provider, client)
        return requests.post(metadata[endpoint], form, headers=headers, timeout=PATIENCE)

    pushed = post("pushed_authorization_request_endpoint", query)
    assert pushed.status_code == 201, pushed.text
    token = oic.finish(
        visitor.go(Application(provider, client).pushed_url(pushed.json()["request_uri"]), until=CALLBACK))
    answer = TokenIntrospectionResponse().from_json(
        post("introspection_endpoint", {"token": token["access_token"]}).text)
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
        "discovery": "oidc.provider_info_discovery.ProviderInfoDiscovery",
        "authorization": "oidc.authorization.Authorization", "access_token": "oidc.access_token.AccessToken",
        "refresh_token": "oidc.refresh_access_token.RefreshAccessToken",
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
