"""Logout tokens under each algorithm, as another program's server gets them: alg, kid and signature, by the key set."""

import json
import urllib.parse

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa

from application import CALLBACK, Application
from damage import claims, decode, encode, header
from deployment import Deployment
from processes import wait_until
from test_keys import key_set
from visitor import Visitor
from webhook_receivers import Receiver

EVENT = "http://schemas.openid.net/event/backchannel-logout"
DELIVERED_SECONDS = 90

pytestmark = pytest.mark.engine("sqlite", "about what is signed, not the store")


@pytest.fixture(scope="module")
def world(prepared_provider, tmp_path_factory):
    """An issuer, and an application that is told at a receiver of its own when somebody signs out."""
    deployment = Deployment.copy(prepared_provider, tmp_path_factory.mktemp("logout") / "own")
    with Receiver() as receiver:
        deployment.add_client(
            "listener", "--first-party", "--redirect-uri", CALLBACK, "--scope", "openid",
            "--backchannel-logout-uri", receiver.url("/logout"))
        with deployment.serve() as server:
            yield server, receiver


def logout_token(receiver, sid):
    """The one that came about this session."""
    def found():
        for delivery in receiver.at("/logout"):
            form = urllib.parse.parse_qs(delivery.body.decode(), strict_parsing=True)
            assert set(form) == {"logout_token"}
            if claims(form["logout_token"][0])["sid"] == sid:
                return form["logout_token"][0]
        return None

    return wait_until(found, DELIVERED_SECONDS, "a logout token")


def checked(token, keys, algorithm):
    """The claims, when the key set's key of this kid made the signature, by libraries that are not ours."""
    (key,) = [key for key in keys if key["kid"] == header(token)["kid"]]
    assert key["alg"] == algorithm and key["use"] == "sig"
    if algorithm != "ML-DSA-65":
        options = {"verify_aud": False, "require": ["iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"]}
        return jwt.decode(token, jwt.PyJWK(key).key, algorithms=[algorithm], options=options)
    assert key["kty"] == "AKP"
    signed, _, signature = token.rpartition(".")
    mldsa.MLDSA65PublicKey.from_public_bytes(decode(key["pub"])).verify(decode(signature), signed.encode())
    return claims(token)


@pytest.mark.parametrize("algorithm", ["EdDSA", "PS256", "ML-DSA-65"])
def test_a_logout_token_is_of_the_algorithm_that_signs(world, algorithm):
    server, receiver = world
    kid = server.deployment.json("key", "rotate", "--now", "--algorithm", algorithm)["kid"]
    listener, visitor = Application.of(server, "listener"), Visitor(server)

    def signed_in():
        found = listener.sign_in(visitor)["id_token"]
        return found if header(found)["kid"] == kid else None

    id_token = wait_until(signed_in, DELIVERED_SECONDS, f"ID tokens of {kid}")
    assert header(id_token) == {"alg": algorithm, "typ": "JWT", "kid": kid}
    who = claims(id_token)
    server.deployment.tykva("session", "end", who["sid"])
    token = logout_token(receiver, who["sid"])
    assert header(token) == {"alg": algorithm, "typ": "logout+jwt", "kid": kid}
    said = checked(token, key_set(server), algorithm)
    assert (said["iss"], said["sub"], said["sid"]) == (server.issuer, who["sub"], who["sid"])
    assert said["aud"] in ("listener", ["listener"]) and said["events"] == {EVENT: {}} and "nonce" not in said
    # The check can fail: for another text, and by another key of the set.
    first, _, signature = token.split(".")
    other = ".".join([first, encode(json.dumps(said | {"sub": "u_0"}).encode()), signature])
    with pytest.raises((jwt.InvalidSignatureError, InvalidSignature)):
        checked(other, key_set(server), algorithm)
    (successor,) = [key for key in key_set(server) if key["alg"] == algorithm and key["kid"] != kid]
    with pytest.raises((jwt.InvalidSignatureError, InvalidSignature)):
        checked(token, [successor | {"kid": kid}], algorithm)
