"""Somebody knows the master secret of before, and has a refresh token that is worth nothing any more."""

import base64
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deployment import refused
from key_ages import HOUR
from master_secrets import WAIT, add, key_number, lines, listed, pass_time, write_line
from processes import wait_until


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


def removed(deployment, number):
    """Everything that needs it is over, and it is removed; its line stays in the file."""
    pass_time(deployment, 2 * HOUR)
    deployment.tykva("secret", "remove", str(number))
    assert number in lines(deployment.secret_path) and listed(deployment)[number]["state"] == "not added"


@pytest.mark.parametrize("ahead", [1, 7])
def test_one_that_is_ahead_gets_nothing_whichever_number_is_the_old_one(deployment, ahead):
    with deployment.serve() as server:
        token = server.sign_in(agent="Owner/1")["refresh_token"]
        first = lines(deployment.secret_path)[1]
        changed(deployment)
        second = lines(deployment.secret_path)[2]
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        assert refused(server.refresh(forged(first, server.issuer, token, ahead), agent="Thief/6"))
        # Back to the first: now the second is the one that was replaced.
        changed(deployment, 1)
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        assert key_number(token) == 1
        made = forged(second, server.issuer, token, ahead, number=2)
        assert refused(server.refresh(made, agent="Thief/6"))
        # Removed, while a file still has it: the highest number of all, and then the lowest.
        removed(deployment, 2)
        assert server.refresh(made, agent="Thief/6").status_code == 503
        # Taken back into the deployment, and never used.
        deployment.tykva("secret", "add", "2", *WAIT)
        assert server.refresh(made, agent="Thief/6").status_code == 503
        if not deployment.data:
            write_line(deployment, 3)
        deployment.tykva("secret", "add", "3", *WAIT)
        deployment.tykva("secret", "activate", "3", *WAIT)
        token = server.refreshed(token, agent="Owner/1")["refresh_token"]
        removed(deployment, 1)
        assert server.refresh(forged(first, server.issuer, token, ahead), agent="Thief/6").status_code == 503
        # The owner has heard of none of it, and the operator has.
        server.refreshed(token, agent="Owner/1")
        assert not deployment.audit("--type", "refresh_theft") and not deployment.audit("--type", "refresh_fast_forward")
        wait_until(lambda: deployment.audit("--type", "refresh_other_secret"), 5, "the event")
        assert "refresh_other_secret" in deployment.tykva("audit", "--user", "anna")
        assert "take it out of every file" in server.errors
