"""Moves of a deployment from one engine to another, whole or stopped on the way, and what they carry over."""

import contextlib
import json
import signal
import sqlite3
import time

import pytest

from engines import PostgresDeployment
from postgres import Postgres, temporary_folder
from processes import Process, binary, free_port

FAMILIES = 20_000
FAILED, USAGE, CONFIGURATION = 1, 2, 78

TABLES = ["master_secret", "signing_key", "attribute", "account", "account_role", "account_attribute", "client",
          "client_claim", "session", "token_family", "authorization_code", "consent", "pushed_request",
          "used_assertion", "event", "notice", "link", "device", "guess", "webhook", "webhook_event_type", "outbox",
          "refresh_count", "registration", "change"]


@pytest.fixture(scope="module")
def postgres():
    with temporary_folder() as folder, Postgres.create(folder) as server:
        yield server


@pytest.fixture
def target(deployment, postgres, tmp_path):
    """An empty database on PostgreSQL, and the master secret of the deployment for its nodes."""
    return PostgresDeployment(tmp_path / "target", postgres, secret=deployment.secret_path.read_text())


def file_url(deployment):
    return f"sqlite:{deployment.data / 'tykva.sqlite'}"


def move(deployment, source, target, *arguments, **options):
    return deployment.run("move", "--from", source, "--to", target, *arguments, data=False, **options)


def moved(deployment, source, target):
    """A move that must succeed."""
    done = move(deployment, source, target, "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def serve(deployment, port, issuer):
    return deployment.serve("--issuer", issuer, port=port, issuer=issuer)


def start(deployment):
    """A start that must end by itself."""
    return deployment.run(
        "serve", "--listen", f"127.0.0.1:{free_port()}", environment={"TYKVA_METRICS_LISTEN": "off"})


def served_once(deployment):
    """Makes it a deployment: a first start, and its end."""
    with deployment.serve() as server:
        assert server.stop() == 0
    return server


def assert_refused(done, *words, code=FAILED):
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    sentences = [line for line in done.stderr.splitlines() if line.startswith("tykva: ")]
    assert len(sentences) == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert str(word) in sentences[0], (word, sentences[0])
    for inside in ("Fatal error", "Error(", "Optional(", "SQLITE_"):
        assert inside not in done.stderr


def rows(path):
    """Every row of the tables that a move carries over."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {table: sorted(map(repr, database.execute(f"SELECT * FROM {table}"))) for table in TABLES}


def crowd(deployment, count):
    """Puts sign-ins into a deployment that is not served, as SQL: copies of one."""
    with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database:
        for table, key in (("session", "'s_' || lower(hex(randomblob(16)))"), ("token_family", "randomblob(32)")):
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")][1:]
            database.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                f"INSERT INTO {table} SELECT {key}, {', '.join(names)} FROM n, (SELECT * FROM {table} LIMIT 1)")
        database.commit()


def begun(deployment, target, enough, name="move"):
    """A move that was stopped when so many sessions and families were noted: it gets no further meanwhile."""
    process = Process(
        deployment.folder, name, [binary("tykva"), "move", "--from", file_url(deployment), "--to", target.url])
    process.wait_for(lambda: a_little_further(process) and progress(target) >= enough, f"{enough} copied")
    return process


def a_little_further(process):
    """Lets it go on for a moment; False when that was its end."""
    process.signal(signal.SIGCONT)
    time.sleep(0.05)
    if process.popen.poll() is None:
        process.signal(signal.SIGSTOP)
    return process.popen.poll() is None


def progress(target):
    """How many sessions and families the target has noted."""
    with contextlib.suppress(AssertionError, ValueError):
        return int(target.server.sql(
            "SELECT coalesce(sum(copied), 0) FROM move_progress WHERE table_name IN ('session', 'token_family')",
            target.database))
    return 0
