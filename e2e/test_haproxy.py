"""HAProxy with `jwt_verify` and the fetched keys, in front of a service that checks nothing itself."""

import pytest

from damage import altered, header
from deployment import BILLING, ORDERS, Deployment
from haproxy import Gate
from processes import wait_until


@pytest.fixture(scope="module")
def server(old_server):
    return old_server


@pytest.fixture(scope="module")
def gate(server, tmp_path_factory):
    """HAProxy, asked with an Authorization header."""
    made = Gate(tmp_path_factory.mktemp("haproxy"), server.issuer, ORDERS)
    yield made.ask
    made.close()


@pytest.fixture(scope="module")
def good(server):
    return server.sign_in(scope="orders:read", resource=ORDERS)["access_token"]


INVALID = (401, 'Bearer realm="service", error="invalid_token"')


def test_a_good_token_comes_through(gate, good):
    assert gate(f"Bearer {good}") == (200, None, "came through")


def test_no_token_is_asked_for_one(gate):
    assert gate()[:2] == (401, 'Bearer realm="service"')
    assert gate("Basic YTpi")[:2] == (401, 'Bearer realm="service"')


def test_altered_tokens_are_stopped(gate, good):
    for what, token in altered(good).items():
        assert gate(f"Bearer {token}")[:2] == INVALID, what
    assert gate(f"Bearer {good}")[0] == 200


def test_an_expired_token_is_stopped(gate, server):
    assert gate(f"Bearer {server.expired_token}")[:2] == INVALID


def test_a_token_for_another_service_is_stopped(gate, server):
    token = server.sign_in(scope="billing:read", resource=BILLING)["access_token"]
    assert gate(f"Bearer {token}")[:2] == INVALID


def test_a_token_of_another_issuer_is_stopped(gate, prepared, tmp_path):
    with Deployment.copy(prepared, tmp_path / "foreign").serve() as foreign:
        token = foreign.sign_in(scope="orders:read", resource=ORDERS)["access_token"]
    assert gate(f"Bearer {token}")[:2] == INVALID


def test_two_tokens_are_stopped(gate, good):
    assert gate(f"Bearer {good}", f"Bearer {good}")[:2] == INVALID


def test_another_kind_of_token_is_stopped(gate, server):
    assert gate(f"Bearer {server.sign_in()['refresh_token']}")[:2] == INVALID


# The keys: what the script does, with an issuer of the test's own.

SQLITE = pytest.mark.engine("sqlite", "about HAProxy, not the store")


def signed_by(server, kid):
    """A token of this key: a server follows within seconds."""
    found = []

    def look():
        found[:] = [server.sign_in(scope="orders:read", resource=ORDERS)["access_token"]]
        return header(found[0])["kid"] == kid

    wait_until(look, 15, f"tokens of {kid}")
    return f"Bearer {found[0]}"


@SQLITE
def test_the_script_reloads_when_the_keys_have_changed_and_tries_again_when_that_fails(deployment, tmp_path):
    with deployment.serve() as server:
        gate = Gate(tmp_path, server.issuer, ORDERS)
        try:
            old = f"Bearer {server.sign_in(scope='orders:read', resource=ORDERS)['access_token']}"
            active = deployment.json("key", "rotate", "--now")["old_kid"]
            # Twice: the second key was not among those that HAProxy has loaded.
            new = deployment.json("key", "rotate", "--now")["kid"]
            token = signed_by(server, new)
            assert gate.ask(token)[:2] == INVALID
            assert gate.fetch_keys(reload="false").returncode == 1
            assert gate.ask(token)[:2] == INVALID
            done = gate.fetch_keys()
            assert (done.returncode, done.stdout) == (0, "nothing has changed\n"), done.stderr
            wait_until(lambda: gate.ask(token)[0] == 200, 10, "the new keys")
            # With nothing new there is no reload, which would fail here.
            assert gate.fetch_keys(reload="false").returncode == 0
            written = {path.read_text() for path in (gate.keys / "ES256").glob("*.pem")}
            assert len(written) == 4
            # A revoked key is out of the files; the other ones stay.
            out = deployment.tykva("key", "export", active, "--format", "pem")
            assert out in written and gate.ask(old)[0] == 200
            deployment.tykva("key", "revoke", active)
            wait_until(lambda: active not in server.get("/.well-known/jwks.json").text, 15, "a set without the key")
            assert gate.fetch_keys().returncode == 0
            left = {path.read_text() for path in (gate.keys / "ES256").glob("*.pem")}
            assert left < written and out not in left
            wait_until(lambda: gate.ask(old)[:2] == INVALID, 10, "the revoked key is out")
            assert gate.ask(token)[0] == 200
            # An algorithm that the issuer has no key for is an error, and keeps nobody from the others' keys.
            deployment.tykva("key", "rotate", "--now")
            newest = signed_by(server, deployment.json("key", "rotate", "--now")["kid"])
            assert gate.fetch_keys(algorithms=["RS256", "ES256"]).returncode == 1
            wait_until(lambda: gate.ask(newest)[0] == 200, 10, "the newer keys")
            left = {path.read_text() for path in (gate.keys / "ES256").glob("*.pem")}
        finally:
            gate.close()
    # Without the issuer the files stay as they are.
    stopped = gate.fetch_keys(reload="false")
    assert stopped.returncode == 1 and "cannot be had" in stopped.stderr
    assert {path.read_text() for path in (gate.keys / "ES256").glob("*.pem")} == left


@SQLITE
def test_haproxy_goes_through_a_change_of_the_algorithm(deployment, tmp_path):
    with deployment.serve() as server:
        old = server.sign_in(scope="orders:read", resource=ORDERS)["access_token"]
        deployment.tykva("key", "rotate", "--algorithm", "RS256")
        wait_until(lambda: "RS256" in server.get("/.well-known/jwks.json").text, 15, "both in the set")
        gate = Gate(tmp_path, server.issuer, ORDERS, algorithms=("ES256", "RS256"))
        try:
            assert gate.ask(f"Bearer {old}")[0] == 200
            new = signed_by(server, deployment.json("key", "rotate", "--now")["kid"])
            assert header(new.split()[1])["alg"] == "RS256"
            assert gate.ask(new)[0] == 200 and gate.ask(f"Bearer {old}")[0] == 200
            for what, token in altered(new.split()[1]).items():
                assert gate.ask(f"Bearer {token}")[:2] == INVALID, what
            # The last key of an algorithm that is revoked takes the algorithm along, now and at the next run.
            deployment.tykva("key", "revoke", header(old)["kid"])
            wait_until(lambda: "ES256" not in server.get("/.well-known/jwks.json").text, 15, "a set without it")
            for reload in (None, "false"):
                done = gate.fetch_keys(reload=reload)
                assert done.returncode == 1 and "nobody can sign with" in done.stderr
            wait_until(lambda: gate.ask(f"Bearer {old}")[:2] == INVALID, 10, "the revoked key is out")
            assert gate.ask(new)[0] == 200
        finally:
            gate.close()
