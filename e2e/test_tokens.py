"""Access tokens and public keys, as other people's libraries see them."""

import jwt
import pytest
import requests
from authlib.jose import JsonWebKey as AuthlibKey
from authlib.jose import JsonWebToken as AuthlibToken
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from damage import altered, claims, header
from deployment import BILLING, ORDERS
from processes import PATIENCE

METADATA = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.fixture(scope="module")
def keys_url(server):
    return server.get(METADATA[0]).json()["jwks_uri"]


@pytest.fixture(scope="module")
def tokens(server):
    return server.sign_in(scope="openid profile orders:read offline_access", resource=ORDERS)


def by_pyjwt(token, keys_url, issuer, audience):
    key = jwt.PyJWKClient(keys_url, timeout=PATIENCE).get_signing_key_from_jwt(token)
    if jwt.get_unverified_header(token)["typ"] != "at+jwt":
        raise ValueError("not an access token")
    required = {"require": ["exp", "iat", "sub", "iss", "aud", "jti", "client_id"]}
    return jwt.decode(token, key.key, algorithms=["ES256"], issuer=issuer, audience=audience, options=required)


def fetched(keys_url):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(keys_url, timeout=PATIENCE).json()


def by_joserfc(token, keys_url, issuer, audience):
    decoded = joserfc_jwt.decode(token, KeySet.import_key_set(fetched(keys_url)), algorithms=["ES256"])
    if decoded.header["typ"] != "at+jwt":
        raise ValueError("not an access token")
    joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer}, aud={"essential": True, "value": audience}, exp={"essential": True},
    ).validate(decoded.claims)
    return decoded.claims


def by_authlib(token, keys_url, issuer, audience):
    decoded = AuthlibToken(["ES256"]).decode(
        token, AuthlibKey.import_key_set(fetched(keys_url)),
        claims_options={
            "iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience},
            "exp": {"essential": True}})
    if decoded.header["typ"] != "at+jwt":
        raise ValueError("not an access token")
    decoded.validate()
    return dict(decoded)


LIBRARIES = [by_pyjwt, by_joserfc, by_authlib]


@pytest.mark.parametrize("check", LIBRARIES)
def test_a_library_accepts_an_access_token_by_metadata_and_key_set(check, server, tokens, keys_url):
    accepted = check(tokens["access_token"], keys_url, server.issuer, ORDERS)
    assert accepted["roles"] == ["accountant", "reader"] or accepted["roles"] == ["reader", "accountant"]


@pytest.mark.parametrize("check", LIBRARIES)
def test_a_library_accepts_a_token_made_by_a_refresh(check, server, keys_url):
    first = server.sign_in(resource=ORDERS)
    second = server.refreshed(first["refresh_token"])
    accepted = check(second["access_token"], keys_url, server.issuer, ORDERS)
    before = claims(first["access_token"])
    assert accepted["jti"] != before["jti"]
    assert all(accepted[name] == before[name] for name in ("sub", "sid", "auth_time", "client_id"))


@pytest.mark.parametrize("check", LIBRARIES)
def test_a_library_refuses_every_altered_token(check, server, tokens, keys_url):
    for what, token in altered(tokens["access_token"]).items():
        with pytest.raises(Exception) as refusal:
            check(token, keys_url, server.issuer, ORDERS)
        assert not isinstance(refusal.value, (AttributeError, TypeError, KeyError)), what


@pytest.mark.parametrize("check", LIBRARIES)
def test_a_library_refuses_a_token_for_another_audience(check, server, keys_url):
    token = server.sign_in(resource=BILLING)["access_token"]
    check(token, keys_url, server.issuer, BILLING)
    with pytest.raises(Exception, match="(?i)aud"):
        check(token, keys_url, server.issuer, ORDERS)


def test_an_access_token_has_the_header_and_claims_of_rfc_9068(server, tokens):
    token = tokens["access_token"]
    assert set(header(token)) == {"alg", "typ", "kid"}
    assert (header(token)["alg"], header(token)["typ"]) == ("ES256", "at+jwt")
    said = claims(token)
    assert said["iss"] == server.issuer
    assert {"sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid", "auth_time", "amr"} <= set(said)
    assert said["sub"].startswith("u_") and "anna" not in said["sub"]
    assert said["client_id"] == "app"
    assert said["exp"] - said["iat"] == tokens["expires_in"] == 300
    assert set(said["scope"].split()) == set(tokens["scope"].split())
    assert "orders:write" not in said["scope"]
    assert (said["name"], said["preferred_username"]) == ("Anna", "anna")
    assert "email" not in said and "anna@example.com" not in str(said)
    assert len(token) <= 4352


def test_the_audience_is_a_string_when_one_and_an_array_when_several(server):
    one = claims(server.sign_in(scope="orders:read", resource=ORDERS)["access_token"])
    with_openid = claims(server.sign_in(scope="openid orders:read", resource=ORDERS)["access_token"])
    assert one["aud"] == ORDERS
    assert sorted(with_openid["aud"]) == sorted([ORDERS, server.issuer])


def test_client_credentials_speak_for_the_client_alone(server, keys_url):
    form = {"grant_type": "client_credentials"}
    answer = server.post("/token", form, auth=("worker", server.deployment.secrets["worker"]))
    assert answer.status_code == 200, answer.text
    assert "refresh_token" not in answer.json()
    said = by_pyjwt(answer.json()["access_token"], keys_url, server.issuer, ORDERS)
    assert said["sub"] == said["client_id"] == "worker"
    assert not {"sid", "auth_time", "amr"} & set(said)


def test_both_metadata_documents_are_the_same_and_name_the_issuer(server):
    first, second = (server.get(path) for path in METADATA)
    assert first.json() == second.json()
    assert first.json()["issuer"] == server.issuer
    assert first.json()["token_endpoint"] == server.issuer + "/token"
    assert first.json()["revocation_endpoint"] == server.issuer + "/revoke"


def test_the_host_header_decides_no_address(server):
    honest = server.get(METADATA[0])
    forged = server.get(METADATA[0], headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert forged.json() == honest.json()
    assert "evil.example" not in forged.text


def test_the_key_set_is_public_only_and_can_be_kept(server, keys_url):
    answer = server.get("/.well-known/jwks.json")
    keys = answer.json()["keys"]
    assert len(keys) == 2, "one that signs and one successor"
    for key in keys:
        assert set(key) <= {"kty", "crv", "x", "y", "kid", "alg", "use", "key_ops"}
        assert key["alg"] == "ES256"
    assert "max-age=300" in answer.headers["Cache-Control"]
    again = server.get("/.well-known/jwks.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tykva_verify_agrees(server, tokens):
    def verify(token, *arguments):
        return server.deployment.run(
            "verify", "-", "--issuer", server.issuer, "--algorithm", "ES256", *arguments, stdin=token, data=False)

    good = verify(tokens["access_token"], "--audience", ORDERS)
    assert good.returncode == 0, good.stderr
    assert '"sub"' in good.stdout
    assert verify(tokens["access_token"], "--audience", BILLING).returncode == 1
    assert verify(tokens["access_token"], "--audience", ORDERS, "--at", "2099-01-01T00:00:00Z").returncode == 1
    for what, token in altered(tokens["access_token"]).items():
        refusal = verify(token, "--audience", ORDERS)
        assert refusal.returncode == 1, what
        assert len(refusal.stderr.strip().splitlines()) == 1, refusal.stderr
