"""What metadata and keys promise, and which pages may read them and tokens: the row P15 of the threat list."""

from application import CALLBACK
from oidc_parties import METADATA, SQLITE, portal, signed_in, spa  # noqa: F401
from processes import PATIENCE


def test_p15_metadata_names_only_addresses_of_the_issuer_and_they_are_there(provider):
    said = provider.get(METADATA).json()
    assert said["issuer"] == provider.issuer and not said["issuer"].endswith("/")
    addresses = {name: value for name, value in said.items() if name.endswith("_endpoint") or name.endswith("_uri")}
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
            "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint"} <= set(addresses)
    for name, address in addresses.items():
        assert address.startswith(provider.issuer + "/"), name
        path = address.removeprefix(provider.issuer)
        posted = name in (
            "token_endpoint", "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint")
        answer = provider.post(path, {}) if posted else provider.get(path, allow_redirects=False)
        assert answer.status_code not in (404, 405, 500), (name, answer.status_code)


@SQLITE
def test_p15_metadata_promises_nothing_weak(provider):
    said = provider.get(METADATA).json()
    assert said["code_challenge_methods_supported"] == ["S256"] and said["response_types_supported"] == ["code"]
    assert "none" not in said["id_token_signing_alg_values_supported"]
    assert not any(
        name.startswith("HS") for values in said.values() if isinstance(values, list) for name in map(str, values))
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["backchannel_logout_supported"] is said["backchannel_logout_session_supported"] is True
    # RFC 8414 §2: an introspection endpoint is never for clients without credentials.
    assert "none" not in said["introspection_endpoint_auth_methods_supported"]


@SQLITE
def test_p15_keys_are_public_and_strong_and_readable_from_any_page_without_credentials(provider):
    for path in (METADATA, "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"):
        answer = provider.get(path, headers={"Origin": "https://anywhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers and "Set-Cookie" not in answer.headers
        assert "max-age=300" in answer.headers["Cache-Control"] and answer.headers["Content-Type"] == "application/json"
    for key in provider.get("/.well-known/jwks.json").json()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert (key["kty"], key["crv"], key["alg"], key.get("use", "sig")) == ("EC", "P-256", "ES256", "sig")


@SQLITE
def test_p15_tokens_are_readable_by_pages_of_the_client_alone(provider, spa, signed_in):
    for origin, allowed in (("http://127.0.0.1:9", True), ("https://evil.example", False), ("null", False)):
        form = {"grant_type": "authorization_code", "code": spa.code(signed_in), "redirect_uri": CALLBACK,
                "code_verifier": spa.verifier}
        answer = spa.post("/token", form, headers={"Origin": origin})
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        info = provider.get("/userinfo", headers={"Origin": origin} | bearer)
        for one in (answer, info):
            assert one.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
            assert "Access-Control-Allow-Credentials" not in one.headers
            assert "Origin" in one.headers.get("Vary", "")
        preflight = provider.session.options(
            provider.url + "/token", timeout=PATIENCE,
            headers={"Origin": origin, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "authorization"})
        assert preflight.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
