"""Nodes on PostgreSQL: what one does the other knows; trouble of the way to the database is a 503, and heals."""

import concurrent.futures
import os
import time

import pytest

import load
from clocks import SteppedClock
from damage import claims
from deployment import Deployment, refused
from engines import PostgresDeployment
from middleman import Middleman
from postgres import Postgres
from processes import free_port, wait_until

pytestmark = pytest.mark.engine("postgres", "these are about its server and about many nodes")

ANSWER_SECONDS = 30
RECOVERY_SECONDS = 5
AT_ONCE = 20
STALE_SECONDS = 8
"""What a node keeps of users and clients is at most so old."""


@pytest.fixture(scope="module")
def nodes(prepared, tmp_path_factory):
    """Two nodes with one issuer."""
    deployment = Deployment.copy(prepared, tmp_path_factory.mktemp("nodes"))
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    with deployment.serve("--issuer", issuer, port=port, issuer=issuer, name="first") as first:
        with deployment.serve("--issuer", issuer, issuer=issuer, name="second") as second:
            yield first, second


def test_a_person_signs_in_at_one_and_goes_on_at_the_other(nodes):
    first, second = nodes
    token = first.sign_in()["refresh_token"]
    once = second.refreshed(token)["refresh_token"]
    assert first.refreshed(token)["refresh_token"] == once, "a retry, with the same bytes"
    twice = first.refreshed(once)["refresh_token"]
    assert refused(second.refresh(token)), "two behind"
    assert refused(first.refresh(twice)), "and that ended it"


def test_a_revocation_at_one_holds_at_the_other_at_once(nodes):
    first, second = nodes
    token = first.sign_in()["refresh_token"]
    assert revoke(second, token).status_code == 200
    assert refused(first.refresh(token))


def test_a_token_asked_for_at_both_at_once_has_one_successor(nodes):
    for _ in range(5):
        token = nodes[0].sign_in()["refresh_token"]
        exchanges = [load.Exchange(nodes[n % 2].port, token) for n in range(AT_ONCE)]
        answers = load.run(exchanges, rounds=1)
        for exchange in exchanges:
            exchange.close()
        assert [status for _, status, _ in answers] == [200] * AT_ONCE
        assert len({body["refresh_token"] for _, _, body in answers}) == 1


def test_both_publish_the_same_keys_and_name_the_same_issuer(nodes):
    for path in ("/.well-known/jwks.json", "/.well-known/openid-configuration"):
        assert nodes[0].get(path).json() == nodes[1].get(path).json()


def test_what_the_command_line_changes_holds_at_both(nodes):
    deployment = nodes[0].deployment
    tokens = [node.sign_in("boris")["refresh_token"] for node in nodes]
    deployment.tykva("user", "disable", "boris")
    try:
        assert all(refused(node.refresh(token)) for node, token in zip(nodes, tokens))
        for node in nodes:
            wait_until(lambda: refused(node.try_sign_in("boris")), STALE_SECONDS, "a disabled user is out")
    finally:
        deployment.tykva("user", "enable", "boris")
    for node in nodes:
        wait_until(lambda: node.try_sign_in("boris").status_code == 200, STALE_SECONDS, "an enabled user is in")


def test_a_client_that_is_added_or_removed_is_so_at_both(nodes):
    deployment = nodes[0].deployment
    deployment.add_client("late-app", "--public", "--first-party", "--grant", "password", "--grant", "refresh_token")
    for node in nodes:
        wait_until(lambda: node.try_sign_in(client="late-app").status_code == 200, STALE_SECONDS, "a new client is known")
    deployment.tykva("client", "remove", "late-app")
    for node in nodes:
        wait_until(lambda: node.try_sign_in(client="late-app").status_code == 401, STALE_SECONDS, "a removed client is not")


def test_four_that_start_at_once_on_an_empty_database_all_come_up(engine, tmp_path):
    made = PostgresDeployment(tmp_path / "empty", engine.server)
    issuer = f"http://127.0.0.1:{free_port()}"

    def start(name):
        return made.serve("--issuer", issuer, issuer=issuer, name=name)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        begun = [pool.submit(start, name) for name in ("first", "second", "third", "fourth")]
    nodes = [start.result() for start in begun if not start.exception()]
    try:
        assert len(nodes) == 4, [start.exception() for start in begun]
        keys = [node.get("/.well-known/jwks.json").json() for node in nodes]
        assert all(found == keys[0] for found in keys), "they agreed on the keys"
    finally:
        for node in nodes:
            node.kill()


def test_another_issuer_is_refused_beside_a_running_node(nodes):
    done = nodes[0].deployment.run(
        "serve", "--listen", f"127.0.0.1:{free_port()}", environment={"TYKVA_METRICS_LISTEN": "off"})
    assert done.returncode == 78 and nodes[0].issuer in done.stderr, done.stderr


def test_nothing_is_made_beside_the_database(nodes):
    made = {path.name for path in nodes[0].deployment.folder.iterdir()}
    assert made <= {"master-secret"} | {f"{name}.{kind}" for name in ("first", "second") for kind in ("stdout", "stderr")}


@pytest.fixture
def through(deployment, engine):
    """A node whose way to the database can break."""
    with Middleman(engine.server.port) as way:
        deployment.use(Postgres.url_of([way], deployment.database))
        with deployment.serve() as server:
            server.way = way
            yield server


@pytest.mark.parametrize("mode", ["mute", "garbage", "closed"])
def test_a_way_that_breaks_is_a_503_in_time_and_heals(through, mode):
    token = through.refreshed(through.sign_in()["refresh_token"])["refresh_token"]
    through.way.mode = mode
    for ask in (lambda: through.refresh(token), through.try_sign_in, lambda: revoke(through, token)):
        began = time.monotonic()
        answer = ask()
        seconds = time.monotonic() - began
        print(f"{mode}: {answer.status_code} after {seconds:.1f} s")
        assert refused(answer, "temporarily_unavailable", 503), answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert seconds <= ANSWER_SECONDS
    wait_until(lambda: through.get("/health/ready").status_code == 503, 2 * ANSWER_SECONDS, "not ready")
    assert through.get("/health/live").status_code == 200
    assert through.get("/.well-known/jwks.json").status_code == 200, "what needs no database goes on"
    through.way.mode = "pass"
    began = time.monotonic()
    # The revocation may have got through: then this session is over, and another one shows that all is well.
    token = wait_until(lambda: through.try_sign_in().json().get("refresh_token"), RECOVERY_SECONDS, "a refresh again")
    wait_until(lambda: through.get("/health/ready").status_code == 200, RECOVERY_SECONDS, "ready again")
    print(f"{mode}: well again after {time.monotonic() - began:.1f} s")
    through.refreshed(token)


def revoke(server, token):
    return server.post("/revoke", {"token": token, "client_id": "app"})


def test_garbage_tokens_need_no_database(through):
    through.refreshed(through.sign_in()["refresh_token"])
    through.way.mode = "mute"
    assert refused(through.refresh("tkvr_" + "A" * 72)), "with a database it would be a 503"


def test_a_stopped_node_gives_its_connections_back(deployment, engine):
    with deployment.serve() as server:
        server.refreshed(server.sign_in()["refresh_token"])
        assert engine.server.connections(deployment.database) > 0
        assert server.stop() == 0
    wait_until(lambda: engine.server.connections(deployment.database) == 0, 5, "no connection is left")


def test_a_node_says_who_it_is_to_the_database(nodes, engine):
    named = engine.server.sql(
        f"SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = '{nodes[0].deployment.database}'")
    assert named.splitlines() and all("tykva" in name for name in named.splitlines())


def test_a_node_that_runs_as_root_says_that_it_need_not(nodes):
    assert ("this runs as root" in nodes[0].errors) == (os.geteuid() == 0)


@pytest.mark.parametrize("offset", ["-1h", "-45", "+45", "+1h"])
def test_a_step_of_a_nodes_clock_moves_nothing(deployment, tmp_path, offset):
    clock = SteppedClock(tmp_path / "clock")
    with deployment.serve(**clock.options) as server:
        first = server.sign_in()["refresh_token"]
        second = server.refreshed(first)["refresh_token"]
        clock.step(offset)
        before = time.time()
        said = claims(server.sign_in()["access_token"])
        after = time.time()
        assert all(before - 3 <= said[name] <= after + 3 for name in ("iat", "auth_time")), (said, before, after)
        assert server.refreshed(first)["refresh_token"] == second, "a retry"
        third = server.refreshed(second)["refresh_token"]
        clock.step("+0")
        assert server.refreshed(second)["refresh_token"] == third, "a retry"
        server.refreshed(third)


def test_a_changed_issuer_ends_the_nodes_of_the_old_one(deployment):
    issuer, other = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    answer = deployment.folder / "answer"
    answer.write_text("yes\n")
    with deployment.serve("--issuer", issuer, issuer=issuer, name="old") as old:
        token = old.sign_in()["refresh_token"]
        answered = ("sh", "-c", f'exec "$@" < {answer}', "sh")
        with deployment.serve(
                "--change-issuer", "--issuer", other, issuer=other, name="new", wrapper=answered) as new:
            assert old.ended(ANSWER_SECONDS) == 78
            assert other in old.own_errors.splitlines()[-1], old.own_errors
            assert refused(new.refresh(token))
            new.refreshed(new.sign_in()["refresh_token"])
