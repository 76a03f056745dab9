"""URLs with several servers: one that is silent, and an old primary that is back after a failover."""

import contextlib
import threading
import time

import pytest
import requests

from engines import PostgresDeployment, populate
from middleman import Mute
from postgres import ROLE, Postgres, temporary_folder
from processes import free_port, wait_until
from test_start import assert_refused, start

pytestmark = pytest.mark.engine("postgres", "these are about its servers")

START_SECONDS = 30
RECOVERY_SECONDS = 8
HEALING_SECONDS = 5
UNREADY_SECONDS = 16
"""Longer than commits may be late: 5 s until they are, and 10 s more."""
CALLERS = 12
WINDOW = {"TYKVA_RETRY_WINDOW": "5m", "TYKVA_RETRY_WINDOW_OTHER": "5m"}
"""What was rotated and not answered is asked for again, however long after."""


def url(database, *ports, query=""):
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgres://{ROLE}@{hosts}/{database}{query}"


def test_a_silent_first_server_keeps_nobody_from_the_second(deployment, engine):
    with Mute() as silent, Mute() as another:
        deployment.use(url(deployment.database, silent.port, another.port, engine.server.port))
        began = time.monotonic()
        assert deployment.sessions("anna") == []
        assert time.monotonic() - began < START_SECONDS
        with deployment.serve() as server:
            token = server.refreshed(server.sign_in()["refresh_token"])["refresh_token"]
            # Every connection is made anew, and begins with the server that was used last.
            engine.server.end_connections(deployment.database)
            token = wait_until(lambda: server.refresh(token).json().get("refresh_token"), RECOVERY_SECONDS, "a refresh")
            server.refreshed(token)


def test_where_every_server_is_silent_or_missing_all_are_named(deployment):
    with Mute() as silent:
        missing = free_port()
        deployment.use(url(deployment.database, silent.port, missing))
        began = time.monotonic()
        assert_refused(start(deployment), silent.port, missing)
        assert time.monotonic() - began < START_SECONDS


@pytest.fixture
def pair():
    """A primary, and a replica that can take its place."""
    with temporary_folder() as place, Postgres.create(place) as primary, primary.replica(place) as replica:
        yield primary, replica


def test_an_old_primary_that_is_back_is_not_used(pair, tmp_path):
    primary, replica = pair
    deployment = PostgresDeployment(tmp_path / "own", primary)
    populate(deployment)
    deployment.use(url(deployment.database, primary.port, replica.port))
    with deployment.serve(environment=WINDOW) as server:
        token = server.sign_in()["refresh_token"]
        primary.wait_for_replicas()
        primary.kill()
        replica.promote()
        token = wait_until(lambda: server.refresh(token).json().get("refresh_token"), RECOVERY_SECONDS, "a refresh")
        primary.start()

        # A process that starts asks both, and so does a command.
        deployment.add_user("late")
        assert replica.sql("SELECT count(*) FROM account WHERE name = 'late'", deployment.database) == "1"
        assert primary.sql("SELECT count(*) FROM account WHERE name = 'late'", deployment.database) == "0"
        with deployment.serve("--issuer", server.issuer, issuer=server.issuer, name="second") as second:
            token = second.refreshed(token)["refresh_token"]

        # One that runs goes to nobody else when the new primary is away.
        token = server.refreshed(token)["refresh_token"]
        replica.kill()
        assert server.refresh(token).status_code == 503
        wait_until(lambda: "timeline 2 was seen" in server.errors, RECOVERY_SECONDS, "told in the log")
        assert primary.sql("SELECT count(*) FROM token_family WHERE generation > 0", deployment.database) == "0"
        replica.start()
        token = wait_until(lambda: server.refresh(token).json().get("refresh_token"), RECOVERY_SECONDS, "a refresh")
        server.refreshed(token)


def test_a_primary_that_hangs_is_left_for_its_standby(pair, tmp_path):
    """Its kernel goes on to acknowledge what it is sent: no connection is ever lost. As behind a proxy, nobody writes until a node is
    ready again; of two nodes one does not even do the periodic work."""
    primary, replica = pair
    primary.set("synchronous_standby_names", "*")
    deployment = PostgresDeployment(tmp_path / "own", primary)
    populate(deployment)
    deployment.use(url(deployment.database, primary.port, replica.port))
    with contextlib.ExitStack() as ends:
        first = ends.enter_context(deployment.serve(environment=WINDOW))
        second = ends.enter_context(
            deployment.serve("--issuer", first.issuer, issuer=first.issuer, environment=WINDOW, name="second"))
        nodes = (first, second)
        callers = [(node, node.sign_in()["refresh_token"]) for node in nodes for _ in range(CALLERS)]
        with refreshing(callers):
            primary.pause()
            time.sleep(1)
        for node in nodes:
            wait_until(lambda: node.get("/health/ready").status_code == 503, UNREADY_SECONDS, "one that is not ready")
        replica.promote()
        for node in nodes:
            wait_until(lambda: node.get("/health/ready").status_code == 200, RECOVERY_SECONDS, "a node that is ready")
        for node, token in callers:
            node.refreshed(node.refreshed(token)["refresh_token"])


@contextlib.contextmanager
def refreshing(callers):
    """Each token is presented to its node again and again, by callers beside each other, who never look at the answer."""
    ended = threading.Event()

    def call(node, token):
        session = node.new_session()
        while not ended.is_set():
            with contextlib.suppress(requests.RequestException):
                node.refresh(token, session=session)

    threads = [threading.Thread(target=call, args=caller) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("text, words", [
    ("postgres://tykva@/d", ["names no host"]),
    ("postgres://tykva@127.0.0.1/d?service=prod", ["service"]),
    ("postgres://127.0.0.1/d", ["names no user"]),
    ("postgres://tykva@127.0.0.1:99999/d", ["port"]),
    ("postgres://tykva@127.0.0.1/d?sslmode=verify", ["sslmode must be one of"]),
    ("postgres://tykva@127.0.0.1/d?sslrootcert=/nowhere.pem", ["/nowhere.pem", "No such file"]),
])
def test_a_url_that_leaves_something_open_is_wrong_configuration(tmp_path, text, words):
    deployment = PostgresDeployment.__new__(PostgresDeployment)
    super(PostgresDeployment, deployment).__init__(tmp_path)
    for command in (["serve"], ["user", "list"], ["config", "check"]):
        done = deployment.run(*command, "--database", text, environment={"TYKVA_METRICS_LISTEN": "off"})
        assert_refused(done, *words, code=78)


def test_what_libpq_reads_by_itself_leads_nobody_elsewhere(deployment, engine):
    with Mute() as elsewhere:
        for variables in ({"PGHOST": "127.0.0.2"}, {"PGPORT": str(elsewhere.port)}, {"PGSSLMODE": "disable"}):
            assert deployment.run("session", "list", environment=variables).returncode == 0
    done = deployment.run("session", "list", environment={"PGSERVICE": "prod"})
    assert_refused(done, "PGSERVICE", code=78)
    # The address counts: it is another machine's, whose certificate has to be checked.
    done = deployment.run("session", "list", environment={"PGHOSTADDR": "192.0.2.1,192.0.2.2"})
    assert_refused(done, "PGHOSTADDR", code=78)
    done = deployment.run("session", "list", environment={"PGSSLMODE": "verify-full"})
    assert_refused(done, "SSL")


def test_a_password_file_of_libpq_that_others_can_read_is_refused(deployment, tmp_path):
    path = tmp_path / "pgpass"
    path.write_text("*:*:*:*:secret\n")
    path.chmod(0o644)
    done = deployment.run("session", "list", environment={"PGPASSFILE": str(path)})
    assert_refused(done, path, "chmod 600", code=78)
    assert len(done.stderr.splitlines()) == 1


def test_too_few_connections_are_told_with_what_to_do(deployment, engine):
    engine.server.sql(f'ALTER DATABASE "{deployment.database}" CONNECTION LIMIT 0')
    done = deployment.run("session", "list")
    assert_refused(done, "too many connections for database", "lower database_connections")
    assert "53300" not in done.stderr and "LOCATION" not in done.stderr


def test_a_synchronous_standby_that_is_gone_is_told(tmp_path):
    with temporary_folder() as place, Postgres.create(place) as server:
        deployment = PostgresDeployment(tmp_path / "own", server)
        populate(deployment)
        with deployment.serve() as node:
            token = node.sign_in()["refresh_token"]
            # The connections that the node has were made when there was none.
            server.set("synchronous_standby_names", "nobody")
            assert node.refresh(token).status_code == 503
            assert "waits for a synchronous standby" in node.errors
            generation = "SELECT max(generation) FROM token_family"
            assert server.sql(generation, deployment.database) == "0", "the wait was cancelled: what no standby has is there for all to see"
            done = deployment.run("user", "disable", "boris")
            assert_refused(done, "outcome is unknown", "waits for a synchronous standby", "give the command again")
            wait_until(lambda: node.get("/health/ready").status_code == 503, UNREADY_SECONDS, "a node that is not ready")
            server.set("synchronous_standby_names", "")
            wait_until(lambda: node.get("/health/ready").status_code == 200, HEALING_SECONDS, "a node that is ready")
            node.refreshed(token)
