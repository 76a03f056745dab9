"""Through PgBouncer in transaction mode, where every transaction may get another connection."""

import pytest

import load
import test_crash
from deployment import Deployment, refused
from postgres import PgBouncer, temporary_folder
from processes import wait_until
from test_start import assert_refused

pytestmark = pytest.mark.engine("postgres", "PgBouncer stands before it")

SIZE = 3
RECOVERY_SECONDS = 5


@pytest.fixture
def bouncer(engine):
    with temporary_folder() as place:
        made = PgBouncer(engine.server, place, SIZE)
        yield made
        made.stop()


@pytest.fixture
def deployment(prepared, bouncer, tmp_path):
    made = Deployment.copy(prepared, tmp_path / "own")
    made.use(bouncer.url(made.database))
    return made


def test_rotation_retry_and_theft(deployment):
    with deployment.serve() as server:
        first = server.sign_in()["refresh_token"]
        second = server.refreshed(first)["refresh_token"]
        assert server.refreshed(first)["refresh_token"] == second
        third = server.refreshed(second)["refresh_token"]
        assert refused(server.refresh(first))
        assert refused(server.refresh(third))
        assert deployment.audit("--type", "refresh_theft")


def test_more_callers_than_connections(deployment, engine):
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        exchanges = [load.Exchange(server.port, token) for _ in range(20)]
        answers = load.run(exchanges, rounds=1)
        assert [status for _, status, _ in answers] == [200] * 20
        assert len({body["refresh_token"] for _, _, body in answers}) == 1
        for exchange in exchanges:
            exchange.close()
        exchanges = [load.Exchange(server.port, server.sign_in()["refresh_token"]) for _ in range(32)]
        answers = load.run(exchanges, rounds=5)
        assert [status for _, status, _ in answers] == [200] * 160
        for exchange in exchanges:
            exchange.close()
        assert engine.server.connections(deployment.database) <= SIZE + 2


def test_the_command_line_works_beside_a_server(deployment):
    with deployment.serve() as server:
        deployment.add_user("clara")
        token = server.sign_in("clara")["refresh_token"]
        deployment.tykva("user", "disable", "clara")
        assert refused(server.refresh(token))


def test_no_acknowledged_token_is_lost_by_kill_9(deployment):
    test_crash.test_no_acknowledged_token_is_lost_by_kill_9(deployment)


def test_a_pgbouncer_that_was_away_is_used_again(deployment, engine, bouncer):
    with deployment.serve() as server:
        token = server.refreshed(server.sign_in()["refresh_token"])["refresh_token"]
        bouncer.stop()
        answer = server.refresh(token)
        assert refused(answer, "temporarily_unavailable", 503) and int(answer.headers["Retry-After"]) > 0
        bouncer.start()
        token = wait_until(lambda: server.refresh(token).json().get("refresh_token"), RECOVERY_SECONDS, "a refresh again")
        server.refreshed(token)


def test_prepared_statements_through_it_are_told_as_what_they_are(prepared, bouncer, tmp_path):
    made = Deployment.copy(prepared, tmp_path / "own")
    made.use(bouncer.url(made.database, prepared="on"))
    done = made.run("session", "list")
    assert_refused(done, "this looks like a pooler: add ?prepared=off to the URL")


def test_a_pooler_that_passes_over_our_options_is_told_by_its_statements(prepared, engine, tmp_path):
    with temporary_folder() as place:
        bouncer = PgBouncer(engine.server, place, 1, "ignore_startup_parameters = options\n")
        try:
            made = Deployment.copy(prepared, tmp_path / "own")
            made.use(bouncer.url(made.database, prepared="on"))
            for _ in range(3):
                done = made.run("user", "list")
                if done.returncode:
                    break
            assert_refused(done, "prepared statement", "add ?prepared=off to the URL")
        finally:
            bouncer.stop()
