"""What a start on PostgreSQL refuses: one clear sentence, exit code 1, in time, and nothing written."""

import pathlib
import time

import pytest

import middleman
from engines import PostgresDeployment
from postgres import PASSWORD, ROLE, Postgres, temporary_folder
from processes import free_port
from test_start import assert_refused, start

pytestmark = pytest.mark.engine("postgres", "these are about its server")

SECONDS = 45
"""A start that cannot reach its database is over by then: connecting takes 3 s, a statement 5, and a busy machine more."""
STRANGERS = [middleman.Mute, middleman.Garbage, middleman.AlmostPostgres, middleman.WebServer, middleman.Dripping, middleman.Closing]


def assert_refused_in_time(deployment, *words, code=1, **options):
    began = time.monotonic()
    done = start(deployment, **options)
    assert_refused(done, *words, code=code)
    assert time.monotonic() - began <= SECONDS
    return done


def elsewhere(deployment, port, host="127.0.0.1", database=None, query=""):
    deployment.use(f"postgres://{ROLE}@{host}:{port}/{database or deployment.database}{query}")
    return deployment


def test_where_nobody_listens(deployment):
    port = free_port()
    assert_refused_in_time(elsewhere(deployment, port), "database", port)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_server_that_is_no_postgresql_or_does_not_answer(deployment, stranger):
    with stranger() as listener:
        assert_refused_in_time(elsewhere(deployment, listener.port), "database")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_command_is_refused_alike(deployment, stranger):
    with stranger() as listener:
        began = time.monotonic()
        done = elsewhere(deployment, listener.port).run("session", "list")
        assert done.returncode == 1, (done.returncode, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert time.monotonic() - began <= SECONDS


def test_a_database_that_does_not_exist(deployment, engine):
    assert_refused_in_time(elsewhere(deployment, engine.server.port, database="nowhere"), "nowhere")


def test_a_role_that_does_not_exist(deployment, engine):
    deployment.use(f"postgres://nobody-of-ours@127.0.0.1:{engine.server.port}/{deployment.database}")
    assert_refused_in_time(deployment, "nobody-of-ours")


def test_a_role_that_may_not_write(deployment, engine):
    engine.server.sql("DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    deployment.use(f"postgres://reader@127.0.0.1:{engine.server.port}/{deployment.database}")
    assert_refused_in_time(deployment)


def test_a_master_secret_is_never_made_by_itself(deployment):
    kept = deployment.secret_path.read_text()
    deployment.secret_path.unlink()
    assert_refused_in_time(deployment, "master_secret_file", deployment.secret_path, code=78)
    deployment.environment = {}
    done = assert_refused_in_time(deployment, "master secret", code=78)
    assert "secret new" in done.stderr or "TYKVA_MASTER_SECRET_FILE" in done.stderr
    assert not list(deployment.folder.rglob("master-secret"))
    assert kept.strip() not in done.stderr


def test_an_empty_database_without_a_master_secret(engine, tmp_path):
    made = PostgresDeployment(tmp_path / "empty", engine.server)
    made.environment = {}
    before = made.dump()
    assert_refused_in_time(made, "master secret", code=78)
    assert made.dump() == before, "nothing is written before the secret is there"


def test_a_database_of_another_program_is_left_alone(engine, tmp_path):
    made = PostgresDeployment(tmp_path / "others", engine.server)
    engine.server.sql("CREATE TABLE customer (id int); INSERT INTO customer VALUES (1)", made.database, ROLE)
    before = made.dump()
    assert_refused_in_time(made, "another program")
    assert made.dump() == before


def test_a_database_whose_tables_have_our_names_is_left_alone(engine, tmp_path):
    made = PostgresDeployment(tmp_path / "others", engine.server)
    engine.server.sql("CREATE TABLE session (id int); CREATE TABLE client (id int)", made.database, ROLE)
    before = made.dump()
    assert_refused_in_time(made)
    assert made.dump() == before


@pytest.mark.parametrize("damage", [
    "DROP TABLE token_family CASCADE",
    "DELETE FROM schema_migration",
    "DROP TABLE schema_migration",
])
def test_a_schema_half_made(deployment, engine, damage):
    engine.server.sql(damage, deployment.database)
    before = deployment.dump()
    assert_refused_in_time(deployment)
    assert deployment.dump() == before


def test_a_newer_schema(deployment, engine):
    columns = engine.server.sql(
        "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns "
        "WHERE table_name = 'schema_migration'", deployment.database)
    others = ",".join("999" if name == "number" else name for name in columns.split(","))
    engine.server.sql(
        f"INSERT INTO schema_migration ({columns}) SELECT {others} FROM schema_migration ORDER BY number DESC LIMIT 1",
        deployment.database)
    before = deployment.dump()
    assert_refused_in_time(deployment, "999", "newer")
    assert deployment.dump() == before


def test_too_old_a_server():
    pytest.skip("there is no PostgreSQL older than 13 among the packages")


@pytest.fixture(scope="module")
def guarded(engine):
    """A server that wants the role's password over TCP."""
    with temporary_folder() as place, Postgres.create(place, scram=True) as server:
        yield server


@pytest.fixture
def behind_password(guarded, tmp_path):
    return PostgresDeployment(tmp_path / "guarded", guarded)


def test_a_wrong_or_missing_password(behind_password):
    wrong = "a wrong password of the role"
    done = assert_refused_in_time(behind_password, "password", environment={"PGPASSWORD": wrong})
    assert wrong not in done.stderr
    assert_refused_in_time(behind_password, "no password supplied", "database_password_file")


@pytest.mark.parametrize("place", ["PGPASSWORD", "PGPASSFILE", "TYKVA_DATABASE_PASSWORD_FILE"])
def test_the_password_from_its_usual_places_is_never_shown(behind_password, guarded, tmp_path, place):
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(PASSWORD if place.startswith("TYKVA") else f"127.0.0.1:{guarded.port}:*:{ROLE}:{PASSWORD}\n")
    behind_password.environment[place] = PASSWORD if place == "PGPASSWORD" else str(path)
    behind_password.add_user("anna")
    with behind_password.serve(environment={"TYKVA_LOG_LEVEL": "trace"}) as server:
        command = pathlib.Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
        assert server.stop() == 0
        written = server.errors + server.output + command + behind_password.tykva("config", "show")
    assert PASSWORD not in written


def test_a_password_file_that_others_can_read(behind_password, tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o644)
    assert_refused(start(behind_password, environment={"TYKVA_DATABASE_PASSWORD_FILE": str(path)}), path, code=78)


def test_a_standby_alone_takes_no_writes(engine, deployment):
    with temporary_folder() as place, Postgres.create(place) as primary, primary.replica(place) as replica:
        made = PostgresDeployment(deployment.folder / "own", primary)
        primary.wait_for_replicas()
        made.use(replica.url(made.database))
        assert_refused_in_time(made)
