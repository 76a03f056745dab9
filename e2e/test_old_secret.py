"""Somebody knows the master secret of before, and has a refresh token that is worth nothing any more."""

import base64
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deployment import refused
from master_secrets import WAIT, add, key_number, lines


def forged(secret, issuer, token, ahead=0, number=1):
    """Token n + `ahead` of a token's family, made under a secret: what somebody can make who knows that secret."""
    body = bytearray(base64.urlsafe_b64decode(token.removeprefix("tkvr_"))[:22])
    body[1] = number
    body[18:] = (int.from_bytes(body[18:], "big") + ahead).to_bytes(4, "big")
    known = base64.urlsafe_b64decode(secret.removeprefix("tkvm_"))[:32]
    key = HKDF(SHA256(), 32, None, b"tykva refresh v1\0" + issuer.encode()).derive(known)
    return "tkvr_" + base64.urlsafe_b64encode(body + hmac.digest(key, bytes(body), "sha256")).decode()


def changed(deployment, number=2):
    """Another secret is active; that of before stays in the file."""
    if number not in lines(deployment.secret_path):
        add(deployment, number)
    deployment.tykva("secret", "activate", str(number), *WAIT)


@pytest.mark.parametrize("ahead", [0, -1])
def test_a_token_that_the_old_secret_makes_is_a_theft_and_names_both_secrets(deployment, ahead):
    with deployment.serve() as server:
        old = server.sign_in(agent="Owner/1")["refresh_token"]
        secret = lines(deployment.secret_path)[1]
        assert forged(secret, server.issuer, old) == old, "this is how tokens are made"
        changed(deployment)
        current = server.refreshed(old, agent="Owner/1")["refresh_token"]
        current = server.refreshed(current, agent="Owner/1")["refresh_token"]
        assert key_number(current) == 2
        made = forged(secret, server.issuer, current, ahead)
        assert refused(server.refresh(made, agent="Owner/1")), "not even where a retry would be answered"
        assert refused(server.refresh(current, agent="Owner/1")), "the owner is signed out, and told"
        (event,) = deployment.audit("--type", "refresh_theft")
        assert event["theft"]["class"] == "stale" and event["theft"]["ended"] == "session"
        assert (event["theft"]["presented"]["master_secret"], event["theft"]["current"]["master_secret"]) == (1, 2)
        told = deployment.tykva("audit", "--type", "refresh_theft")
        assert f"token {2 + ahead} of master secret 1 was presented" in told
        assert "token 2 of master secret 2 was current" in told


@pytest.mark.parametrize("ahead", [1, 7])
def test_one_that_is_ahead_gets_nothing_whichever_number_is_the_old_one(deployment, ahead):
    with deployment.serve() as server:
        token = server.sign_in(agent="Owner/1")["refresh_token"]
        secret = lines(deployment.secret_path)[1]
        changed(deployment)
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        assert refused(server.refresh(forged(secret, server.issuer, token, ahead), agent="Thief/6"))
        # Back to the first: now the second is the one that was replaced.
        secret = lines(deployment.secret_path)[2]
        changed(deployment, 1)
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        assert key_number(token) == 1
        assert refused(server.refresh(forged(secret, server.issuer, token, ahead, number=2), agent="Thief/6"))
        # Removed, while its line still stands in the file.
        changed(deployment)
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        deployment.execute("DELETE FROM master_secret WHERE number = 1")
        secret = lines(deployment.secret_path)[1]
        assert refused(server.refresh(forged(secret, server.issuer, token, ahead), agent="Thief/6"))
        # The owner has heard of none of it.
        server.refreshed(token, agent="Owner/1")
        assert not deployment.audit("--type", "refresh_theft") and not deployment.audit("--type", "refresh_fast_forward")
