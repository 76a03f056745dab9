"""Somebody knows the master secret of before, and has a refresh token that is worth nothing any more."""

import base64
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deployment import refused
from test_master_secret import WAIT, add, key_number, lines


def forged(secret, issuer, token, ahead=0):
    """Token n + `ahead` of a token's family, made under secret 1: what somebody can make who knows that secret."""
    body = bytearray(base64.urlsafe_b64decode(token.removeprefix("tkvr_"))[:22])
    body[1] = 1
    body[18:] = (int.from_bytes(body[18:], "big") + ahead).to_bytes(4, "big")
    known = base64.urlsafe_b64decode(secret.removeprefix("tkvm_"))[:32]
    key = HKDF(SHA256(), 32, None, b"tykva refresh v1\0" + issuer.encode()).derive(known)
    return "tkvr_" + base64.urlsafe_b64encode(body + hmac.digest(key, bytes(body), "sha256")).decode()


@pytest.mark.parametrize("ahead", [0, 1, 7])
def test_whoever_knows_the_old_secret_and_an_old_token_gets_nothing_and_is_noticed(deployment, ahead):
    with deployment.serve() as server:
        old = server.sign_in(agent="Owner/1")["refresh_token"]
        secret = lines(deployment.secret_path)[1]
        assert forged(secret, server.issuer, old) == old, "this is how tokens are made"
        add(deployment)
        deployment.tykva("secret", "activate", "2", *WAIT)
        current = server.refreshed(old, agent="Owner/1")["refresh_token"]
        assert key_number(current) == 2
        assert refused(server.refresh(forged(secret, server.issuer, current, ahead), agent="Thief/6"))
        assert refused(server.refresh(current, agent="Owner/1")), "the owner is signed out, and told"
        (event,) = deployment.audit("--type", "refresh_theft")
        assert event["theft"]["class"] == "stale" and event["theft"]["ended"] == "session"
        assert (event["theft"]["presented"]["master_secret"], event["theft"]["current"]["master_secret"]) == (1, 2)
        told = deployment.tykva("audit", "--type", "refresh_theft")
        assert f"token {1 + ahead} of master secret 1 was presented" in told
        assert "token 1 of master secret 2 was current" in told
