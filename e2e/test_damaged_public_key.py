"""The public half of a signing key that is damaged, or another key's: no token that nobody can check, and a way out."""

import json

import pytest

from key_ages import SOON, change, in_state, listed
from processes import free_port, wait_until
from test_keys import SCOPE, by_pyjwt, kids, signs_with
from test_start import assert_refused, start

DAMAGE = {
    "nothing": lambda own, other: {},
    "cut off": lambda own, other: own | {"x": own["x"][:-4]},
    "another key's": lambda own, other: other,
    "another key's under its kid": lambda own, other: other | {"kid": own["kid"]},
}


@pytest.fixture
def keys(deployment):
    """The public halves of the key that signs and of its successor, of a deployment that has never been served."""
    deployment.tykva("key", "rotate", "--now")
    found = listed(deployment)
    exported = {key["kid"]: key for key in json.loads(deployment.tykva("key", "export"))["keys"]}
    return [exported[kid] for state in ("active", "published") for kid in in_state(found, state)]


def damage(deployment, kid, jwk):
    change(deployment, f"public_jwk = '{json.dumps(jwk)}'", f"id = '{kid}'")


def is_named(server, kid):
    return any(line["message"] == "a signing key is damaged" and f"signing key {kid}: its public half is damaged"
               in line["reason"] for line in server.log())


def test_a_node_that_runs_goes_on_with_what_it_knows_and_revoking_the_key_helps(deployment):
    with deployment.serve() as server:
        tokens = server.sign_in(**SCOPE)
        active, successor = kids(server)
        damage(deployment, active, {})
        wait_until(lambda: is_named(server, active), SOON, "a line about it")
        assert kids(server) == [active, successor] and not is_named(server, successor)
        assert by_pyjwt(server, server.sign_in(**SCOPE)["access_token"], "ES256")
        tokens = server.refreshed(tokens["refresh_token"])
        assert server.get("/health/ready").status_code == 200
        found = deployment.run("secret", "check")
        assert found.returncode == 1 and f"signing key {active}: its public half is damaged" in found.stdout
        revoked = deployment.json("key", "revoke", active)
        assert (revoked["was"], revoked["active_kid"]) == ("active", successor)
        wait_until(lambda: server.get("/health/ready").status_code == 200, SOON, "ready again")
        assert by_pyjwt(server, signs_with(server, successor), "ES256")
        server.refreshed(tokens["refresh_token"])
        assert kids(server)[0] == successor and len(kids(server)) == 2


def test_a_start_with_a_key_that_nobody_could_check_is_refused_with_its_name(deployment, keys):
    active, successor = keys
    before, port = listed(deployment), free_port()
    for how, damaged in DAMAGE.items():
        damage(deployment, active["kid"], damaged(active, successor))
        done = start(deployment, port=port)
        assert_refused(done, active["kid"], "public half", "tykva key revoke", code=78)
        assert successor["kid"] not in done.stderr and listed(deployment) == before, how
        done = deployment.run("key", "export")
        assert done.returncode == 1 and active["kid"] in done.stderr and not done.stdout, how
    assert deployment.json("key", "rotate", "--now")["kid"] == successor["kid"]
    with deployment.serve(port=port) as server:
        assert active["kid"] not in kids(server) and successor["kid"] in kids(server)
        assert by_pyjwt(server, signs_with(server, successor["kid"]), "ES256")


def test_a_successor_that_nobody_could_check_is_named_and_does_not_sign(deployment, keys):
    active, successor = (key["kid"] for key in keys)
    damage(deployment, successor, DAMAGE["another key's"](keys[1], keys[0]))
    with deployment.serve() as server:
        assert active in kids(server) and successor not in kids(server) and is_named(server, successor)
        done = deployment.run("key", "rotate", "--now")
        assert done.returncode == 1 and successor in done.stderr and "tykva key revoke" in done.stderr
        assert by_pyjwt(server, signs_with(server, active), "ES256")
        deployment.tykva("key", "revoke", successor)
        (new,) = in_state(listed(deployment), "published")
        wait_until(lambda: new in kids(server), SOON, "another successor")
        deployment.tykva("key", "rotate", "--now")
        assert by_pyjwt(server, signs_with(server, new), "ES256")
