"""Signing keys: rotated, revoked, brought and damaged beside a server that runs; other people's libraries follow."""

import json
import sqlite3
import subprocess

import jwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from damage import header
from deployment import ORDERS
from processes import PATIENCE, free_port, wait_until

SCOPE = {"scope": "openid profile orders:read", "resource": ORDERS}


def key_set(server):
    return server.get("/.well-known/jwks.json").json()["keys"]


def kids(server):
    return [key["kid"] for key in key_set(server)]


def by_state(deployment, state):
    return [key["kid"] for key in deployment.json("key", "list") if key["state"] == state]


def signs_with(server, kid):
    """A token of this key: nodes follow within seconds."""
    found = []

    def look():
        found[:] = [server.sign_in(**SCOPE)["access_token"]]
        return header(found[0])["kid"] == kid

    wait_until(look, 15, f"tokens of {kid}")
    return found[0]


def by_pyjwt(server, token, algorithm):
    key = jwt.PyJWKClient(server.url + "/.well-known/jwks.json", timeout=PATIENCE).get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=[algorithm], issuer=server.issuer, audience=ORDERS)


def by_joserfc(server, token, algorithm):
    keys = KeySet.import_key_set({"keys": [key for key in key_set(server) if key["alg"] == algorithm]})
    return joserfc_jwt.decode(token, keys, algorithms=[algorithm]).claims


def by_tykva(server, token, algorithm):
    return server.deployment.run(
        "verify", "-", "--issuer", server.issuer, "--audience", ORDERS, "--algorithm", algorithm, stdin=token, data=False)


def test_an_emergency_rotation_reaches_a_running_server_within_seconds(deployment):
    with deployment.serve() as server:
        old = server.sign_in(**SCOPE)["access_token"]
        active, successor = kids(server)
        assert header(old)["kid"] == active
        rotated = deployment.json("key", "rotate", "--now")
        assert (rotated["old_kid"], rotated["kid"], rotated["done"]) == (active, successor, True)
        new = signs_with(server, successor)
        # Both are good, for every verifier that has the set.
        assert kids(server)[:2] == [active, successor] and len(kids(server)) == 3
        for token in (old, new):
            assert by_pyjwt(server, token, "ES256")["iss"] == server.issuer
        events = [event["type"] for event in deployment.audit() if event["type"].startswith("key_")]
        assert sorted(events[-3:]) == ["key_activated", "key_added", "key_retired"]


def test_a_revoked_key_is_out_at_once_and_nobody_is_signed_out(deployment):
    with deployment.serve() as server:
        tokens = server.sign_in(**SCOPE)
        active, successor = kids(server)
        revoked = deployment.json("key", "revoke", active)
        assert (revoked["was"], revoked["active_kid"]) == ("active", successor)
        wait_until(lambda: active not in kids(server), 15, "a set without the key")
        assert kids(server)[0] == successor and len(kids(server)) == 2
        refreshed = server.refreshed(tokens["refresh_token"])
        assert header(refreshed["access_token"])["kid"] == successor
        assert by_tykva(server, tokens["access_token"], "ES256").returncode == 1
        assert by_tykva(server, signs_with(server, successor), "ES256").returncode == 0
        again = deployment.run("key", "revoke", active)
        assert again.returncode == 1 and "revoked already" in again.stderr


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "EdDSA", "ML-DSA-65"])
def test_another_algorithm_is_a_rotation(deployment, algorithm):
    with deployment.serve() as server:
        old = server.sign_in(**SCOPE)["access_token"]
        waiting = deployment.json("key", "rotate", "--algorithm", algorithm)
        assert waiting["done"] is False and waiting["algorithm"] == algorithm
        wait_until(lambda: {key["alg"] for key in key_set(server)} == {"ES256", algorithm}, 15, "both in the set")
        assert header(server.sign_in(**SCOPE)["access_token"])["alg"] == "ES256"
        now = deployment.json("key", "rotate", "--now")
        assert now["kid"] == waiting["kid"]
        new = signs_with(server, now["kid"])
        assert header(new)["alg"] == algorithm
        metadata = server.get("/.well-known/openid-configuration").json()
        assert metadata["id_token_signing_alg_values_supported"] == [algorithm, "ES256"]
        for token, accepted in ((old, "ES256"), (new, algorithm)):
            assert by_tykva(server, token, accepted).returncode == 0
            if accepted != "ML-DSA-65":
                assert by_joserfc(server, token, accepted)["iss"] == server.issuer
        assert by_tykva(server, new, "ES256").returncode == 1
        if algorithm != "ML-DSA-65":
            assert by_pyjwt(server, new, algorithm)["iss"] == server.issuer
        assert server.get("/userinfo", headers={"Authorization": f"Bearer {new}"}).status_code == 200
        private = {"d", "p", "q", "dp", "dq", "qi", "k", "priv", "oth"}
        assert all(not private & set(key) for key in key_set(server))


def openssl(*arguments, stdin=""):
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


OUTSIDE = {
    "EdDSA": ["genpkey", "-algorithm", "ed25519"],
    "ES256": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RS256": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}


@pytest.mark.parametrize("algorithm", OUTSIDE)
def test_a_key_of_openssl_signs(deployment, algorithm):
    with deployment.serve() as server:
        pem, brought = "", {"kid": "-"}
        # An id that begins so is taken for an option, unless it comes after --.
        while brought["kid"].startswith("-"):
            pem = openssl(*OUTSIDE[algorithm])
            brought = deployment.json("key", "import", "-", "--algorithm", algorithm, stdin=pem)
        deployment.tykva("key", "rotate", "--now")
        token = signs_with(server, brought["kid"])
        assert header(token)["alg"] == algorithm
        assert by_pyjwt(server, token, algorithm)["iss"] == server.issuer
        public = openssl("pkey", "-pubout", stdin=pem)
        assert deployment.tykva("key", "export", brought["kid"], "--format", "pem") == public
        assert public in deployment.tykva("key", "export", "--format", "pem")
        assert json.loads(deployment.tykva("key", "export"))["keys"] == key_set(server)
        # The same from elsewhere, without the deployment.
        elsewhere = ("key", "export", "--issuer", server.issuer)
        assert json.loads(deployment.tykva(*elsewhere, data=False))["keys"] == key_set(server)
        assert deployment.tykva(*elsewhere, brought["kid"], "--format", "pem", data=False) == public
        # Neither the log nor the store has the private half in the open.
        secret = "".join(pem.splitlines()[1:-1])[24:60]
        assert secret not in server.errors and secret not in deployment.dump()


def test_weak_and_foreign_keys_are_refused(deployment):
    deployment.serve().__exit__()
    before = deployment.json("key", "list")
    for command, word in [
        (["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "1024 bits"),
        (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "P-256"),
        (["genpkey", "-algorithm", "ed448"], "Ed448"),
        (["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:secret"], "passphrase"),
    ]:
        done = deployment.run("key", "import", "-", "--algorithm", "RS256", stdin=openssl(*command))
        assert done.returncode == 1 and word in done.stderr, done.stderr
    for text in ("", "nonsense", '{"kty":"oct","k":"AAAA"}', "{}"):
        assert deployment.run("key", "import", "-", stdin=text).returncode == 1
    assert deployment.run("key", "rotate", "--algorithm", "HS256").returncode == 2
    assert deployment.run("key", "revoke", "nonsense").returncode == 1
    assert deployment.json("key", "list") == before


def test_keys_are_rotated_before_a_server_ever_ran(deployment):
    """A new deployment for relying parties that know RS256 alone."""
    rotated = deployment.json("key", "rotate", "--algorithm", "RS256", "--now")
    with deployment.serve() as server:
        assert header(server.sign_in(**SCOPE)["access_token"])["kid"] == rotated["kid"]


@pytest.mark.engine("sqlite", "about what lies in the file")
def test_a_damaged_key_is_named_and_revoking_it_helps(deployment):
    port = free_port()
    deployment.serve(port=port).__exit__()
    (active,) = by_state(deployment, "active")
    (successor,) = by_state(deployment, "published")

    def damage(kid):
        with sqlite3.connect(deployment.data / "tykva.sqlite") as database:
            database.execute("UPDATE signing_key SET sealed_private = zeroblob(80) WHERE id = ?", (kid,))
        database.close()

    damage(successor)
    with deployment.serve(port=port) as server:
        assert header(server.sign_in(**SCOPE)["access_token"])["kid"] == active
        assert any(successor in json.dumps(line) for line in server.log())
        # While it runs: what is open goes on, and a revocation makes another.
        deployment.tykva("key", "revoke", successor)
        wait_until(lambda: successor not in kids(server), 15, "a set without the key")
        assert len(kids(server)) == 2
    damage(active)
    refused = deployment.run("serve", "--listen", f"127.0.0.1:{port}")
    assert refused.returncode != 0 and active in refused.stderr and "tykva key revoke" in refused.stderr
    assert deployment.json("key", "revoke", active)["was"] == "active"
    with deployment.serve(port=port) as server:
        assert active not in kids(server) and server.sign_in(**SCOPE)


@pytest.mark.engine("postgres", "of nodes that share a store")
def test_every_node_follows(deployment):
    with deployment.serve() as one, deployment.serve(
            "--issuer", one.issuer, issuer=one.issuer, name="second") as two:
        active, successor = kids(one)
        assert kids(two) == [active, successor]
        deployment.tykva("key", "rotate", "--now")
        signs_with(one, successor)
        signs_with(two, successor)
        assert kids(one) == kids(two)
        deployment.tykva("key", "revoke", active)
        for node in (one, two):
            wait_until(lambda node=node: active not in kids(node), 15, "a set without the key")
