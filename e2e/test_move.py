"""`tykva move`: a deployment goes from one engine to another, with every token; kills, refusals, and the way back."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import pytest

from deployment import Deployment, refused
from disks import small_disk
from engines import PostgresDeployment
from postgres import Postgres, temporary_folder
from processes import STOP_SECONDS, Process, binary, clean_environment, free_port, wait_until
from terminal import on_terminal

pytestmark = pytest.mark.engine("sqlite", "each of these has both engines")

FAMILIES = 20_000
FAILED, USAGE, CONFIGURATION = 1, 2, 78
TABLES = ["master_secret", "signing_key", "attribute", "account", "account_role", "account_attribute", "client",
          "client_claim", "session", "token_family", "authorization_code", "consent", "pushed_request", "used_assertion",
          "event", "notice", "link", "device", "guess", "webhook", "webhook_event_type", "outbox", "refresh_count",
          "registration", "change"]


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


def test_tokens_from_before_work_after_and_on_the_way_back(deployment, target, tmp_path):
    with deployment.serve() as server:
        port, issuer = server.port, server.issuer
        stale = server.sign_in(agent="Owner/1")["refresh_token"]
        victim = server.refreshed(server.refreshed(stale, agent="Owner/1")["refresh_token"], agent="Owner/1")
        token = server.sign_in("boris")["refresh_token"]
        keys = server.get("/.well-known/jwks.json").json()
        assert server.stop() == 0

    summary = moved(deployment, file_url(deployment), target.url)
    assert summary["restore_epoch"] > 1
    assert {table["name"]: table["rows"] for table in summary["tables"]}["token_family"] == 2

    with serve(target, port, issuer) as server:
        assert server.get("/.well-known/jwks.json").json() == keys
        first = server.refreshed(token)["refresh_token"]
        assert refused(server.refresh(stale, agent="Thief/6"))
        assert refused(server.refresh(victim["refresh_token"], agent="Owner/1")), "the theft ended it"
        assert len(target.audit("--type", "refresh_theft")) == 1
        second = server.refreshed(first)["refresh_token"]
        assert server.stop() == 0

    home = Deployment(tmp_path / "home")
    back = moved(target, target.url, file_url(home))
    assert back["restore_epoch"] > summary["restore_epoch"]
    shutil.copy(deployment.secret_path, home.secret_path)
    with serve(home, port, issuer) as server:
        assert refused(server.refresh(victim["refresh_token"], agent="Owner/1")), "it stays ended"
        third = server.refreshed(second)["refresh_token"]
        assert server.refreshed(third)["refresh_token"] != third
        assert refused(server.refresh(second, agent="Thief/6"))
        assert len(home.audit("--type", "refresh_theft")) == 2
    assert oct(home.data.stat().st_mode)[-3:] == "700"


def test_a_store_that_lost_refreshes_before_the_move_is_forwarded_once(deployment, target):
    with deployment.serve() as server:
        port, issuer = server.port, server.issuer
        token = server.sign_in()["refresh_token"]
        assert server.stop() == 0
    kept = deployment.folder / "kept"
    shutil.copytree(deployment.data, kept)
    with serve(deployment, port, issuer) as server:
        ahead = server.refreshed(token)["refresh_token"]
        assert server.stop() == 0
    moved(deployment, f"sqlite:{kept / 'tykva.sqlite'}", target.url)
    with serve(target, port, issuer) as server:
        again = server.refreshed(ahead)["refresh_token"]
        assert server.refreshed(again)["refresh_token"]
        assert target.audit("--type", "refresh_fast_forward")


def test_killed_anywhere_it_goes_on_and_nothing_is_lost(deployment, target, tmp_path):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    crowd(deployment, FAMILIES)
    path = deployment.data / "tykva.sqlite"
    before = rows(path)
    copied = []
    for share in (0.0, 0.05, 0.3, 0.6, 0.9, 1.3):
        process = begun(deployment, target, share * FAMILIES, f"move-{share}")
        process.kill()
        copied.append(progress(target))
        if copied[-1]:
            assert_refused(start(target), "tykva move", "unfinished")
    print(f"killed after {copied} sessions and families")
    assert copied == sorted(copied) and 0 < copied[-1] < 2 * FAMILIES
    for arguments in (("user", "list"), ("user", "add", "carla", "--password-stdin"), ("migrate",)):
        assert_refused(target.run(*arguments, stdin="correct horse\n"), "tykva move", "unfinished")
    summary = moved(deployment, file_url(deployment), target.url)
    assert summary["rows"] == sum(map(len, before.values())) + 1
    home = Deployment(tmp_path / "home")
    moved(target, target.url, file_url(home))
    assert rows(home.data / "tykva.sqlite") == before == rows(path)


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


def test_killed_and_served_again_at_the_source_it_begins_anew(deployment, target):
    with deployment.serve() as server:
        port, issuer = server.port, server.issuer
        token = server.sign_in()["refresh_token"]
        assert server.stop() == 0
    crowd(deployment, 5000)
    begun(deployment, target, 6001).kill()
    with serve(deployment, port, issuer) as server:
        token = server.refreshed(token)["refresh_token"]
        deployment.tykva("user", "set", "anna", "--display-name", "Anna the Second")
        assert server.stop() == 0
    done = move(deployment, file_url(deployment), target.url)
    assert done.returncode == 0 and "the source has changed" in done.stderr, done.stderr
    with serve(target, port, issuer) as server:
        server.refreshed(token)


def test_a_running_server_is_named_by_its_process(deployment, target):
    with deployment.serve() as server:
        assert_refused(move(deployment, file_url(deployment), target.url), f"process {server.pid}", "tykva serve")
        link = deployment.folder / "link"
        link.symlink_to(deployment.data)
        assert_refused(move(deployment, f"sqlite:{link}/tykva.sqlite", target.url), f"process {server.pid}")
        assert_refused(move(deployment, target.url, file_url(deployment)), f"process {server.pid}")
        server.sign_in()


def test_a_server_does_not_start_while_its_database_is_moved(deployment, target):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    crowd(deployment, FAMILIES)
    process = begun(deployment, target, 1)
    done = start(deployment)
    process.kill()
    assert_refused(done, f"process {process.pid}", "tykva move")


def test_a_target_with_a_deployment_in_it_is_refused_and_stays_as_it_was(deployment, target, tmp_path):
    issuer = served_once(deployment).issuer
    other = Deployment.copy(deployment, tmp_path / "other")
    before = other.dump()
    assert_refused(move(deployment, file_url(deployment), file_url(other)), issuer, "empty database")
    assert other.dump() == before


def test_a_finished_move_given_again_says_so(deployment, target):
    served_once(deployment)
    moved(deployment, file_url(deployment), target.url)
    done = move(deployment, file_url(deployment), target.url)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("this move was finished at 2"), done.stdout
    again = moved(deployment, file_url(deployment), target.url)
    assert again["finished_at"].startswith("2") and again["to"].startswith("postgres:")


def test_a_file_that_was_moved_away_is_not_served_any_more(deployment, target, tmp_path):
    served_once(deployment)
    mark = deployment.data / "tykva.moved"
    moved(deployment, file_url(deployment), target.url)
    assert mark.read_text().startswith(f"moved to postgres:127.0.0.1:{target.server.port}/{target.database} on 2")
    assert oct(mark.stat().st_mode)[-3:] == "600"
    before = deployment.dump()
    words = ("was moved to postgres:", target.database, f"remove {mark}")
    assert_refused(start(deployment), *words)
    for command in (("user", "disable", "anna"), ("user", "add", "carla", "--password-stdin"), ("migrate",)):
        assert_refused(deployment.run(*command, stdin="correct horse battery\n"), *words)
    assert_refused(deployment.run("config", "check"), *words, code=CONFIGURATION)
    assert deployment.run("user", "list").returncode == 0, "one may look"
    assert deployment.dump() == before
    assert_refused(move(deployment, file_url(deployment), f"sqlite:{tmp_path}/third/tykva.sqlite"), *words[:2])

    # A move that was killed between its end and the note writes it when it is given again.
    mark.unlink()
    assert move(deployment, file_url(deployment), target.url).returncode == 0
    assert mark.exists()

    # Whoever comes home to the same place takes the note away.
    for path in deployment.data.glob("tykva.sqlite*"):
        path.unlink()
    assert_refused(start(deployment), *words)
    moved(deployment, target.url, file_url(deployment))
    assert not mark.exists()
    mark.write_text("")
    assert_refused(start(deployment), "moved away", mark)


def test_int_and_term_break_it_off_with_a_sentence(deployment, target):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    crowd(deployment, FAMILIES)
    for number in (signal.SIGINT, signal.SIGTERM):
        process = begun(deployment, target, progress(target) + 1, f"move-{number}")
        process.signal(number)
        process.signal(signal.SIGCONT)
        assert process.ended(STOP_SECONDS) == 128 + number
        assert process.errors.splitlines()[-1] == "tykva: broken off; give the same command again, and it goes on where it was"
    assert moved(deployment, file_url(deployment), target.url)["rows"] > 2 * FAMILIES


def test_a_source_that_is_no_file_or_somebody_elses_is_refused_and_nothing_is_made(deployment, target, tmp_path):
    served_once(deployment)
    before = sorted(path.name for path in deployment.data.iterdir())
    assert_refused(move(deployment, f"sqlite:{deployment.data}", target.url), "source", "is not a file")
    assert not deployment.data.with_name("data.lock").exists()
    if os.geteuid() != 0:
        return
    os.chmod(deployment.folder, 0o755)
    with tempfile.TemporaryDirectory(prefix="tykva-e2e-") as place:
        shutil.copytree(deployment.data, f"{place}/data")
        for path in (place, f"{place}/data", f"{place}/data/tykva.sqlite"):
            os.chmod(path, 0o755)
        made = sorted(os.listdir(f"{place}/data"))
        done = subprocess.run(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", binary("tykva"), "move",
             "--from", f"sqlite:{place}/data/tykva.sqlite", "--to", f"sqlite:{place}/x.sqlite"],
            capture_output=True, text=True, cwd="/", env=clean_environment())
        assert_refused(done, "source", "belongs to user root", "user nobody")
        assert sorted(os.listdir(f"{place}/data")) == made
    assert sorted(path.name for path in deployment.data.iterdir()) == before


def test_what_is_no_deployment_is_refused_as_a_source(deployment, target, tmp_path):
    assert_refused(move(deployment, f"sqlite:{tmp_path}/none/tykva.sqlite", target.url), "source", "no database")
    assert not (tmp_path / "none").exists()
    assert_refused(move(deployment, file_url(deployment), target.url), "source", "never served")
    assert_refused(move(deployment, target.url, f"sqlite:{tmp_path}/new/tykva.sqlite"), "source", "never served")
    (tmp_path / "letter").write_text("Dear Sir or Madam, " * 100)
    assert_refused(move(deployment, f"sqlite:{tmp_path}/letter", target.url), "source", "not a Tykva database")
    served_once(deployment)
    with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database:
        database.execute("DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)")
        database.commit()
    assert_refused(move(deployment, file_url(deployment), target.url), "source", "run `tykva migrate`")


def test_wrong_usage_and_wrong_configuration(deployment, target, tmp_path):
    served_once(deployment)
    source = file_url(deployment)
    assert_refused(move(deployment, source, "mysql://x"), "--to", code=USAGE)
    assert_refused(move(deployment, "postgres://", "sqlite:"), code=USAGE)
    secret = move(deployment, source, "postgres://tykva:hunter2@127.0.0.1/x")
    assert_refused(secret, "--to", "password", code=USAGE)
    assert "hunter2" not in secret.stderr
    assert_refused(deployment.run("move", "--from", source, data=False), "--to", code=USAGE)
    assert_refused(move(deployment, source, target.url, "--database", target.url), "--database", code=USAGE)
    assert_refused(
        move(deployment, source, target.url, environment={"TYKVA_LOG_LEVEL": "loud"}), "log_level", code=CONFIGURATION)
    assert_refused(move(deployment, source, source), "same database")
    assert_refused(move(deployment, target.url, target.url), "same database")
    assert_refused(
        move(deployment, source, target.url, environment={"TYKVA_DATABASE_PASSWORD_FILE": str(tmp_path / "none")}),
        "password file", code=CONFIGURATION)
    assert_refused(move(deployment, source, f"postgres://tykva@127.0.0.1:{free_port()}/x"), "target", "not available")


def test_a_full_disk_at_the_target_loses_nothing(deployment, tmp_path):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    crowd(deployment, FAMILIES)
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        url = f"sqlite:{disk}/tykva.sqlite"
        done = move(deployment, file_url(deployment), url)
        assert done.returncode == FAILED, done.stderr
        assert "the target: " in done.stderr.splitlines()[-1], done.stderr
        assert "full" in done.stderr.splitlines()[-1] or "disk" in done.stderr.splitlines()[-1], done.stderr
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        assert moved(deployment, file_url(deployment), url)["rows"] > 2 * FAMILIES


def test_a_lost_server_breaks_the_move_off_and_it_goes_on(deployment, target):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    crowd(deployment, FAMILIES)
    process = begun(deployment, target, 2001)

    def has_ended():
        # A connection that was idle is made again, and nothing is lost.
        target.server.end_connections(target.database)
        return not a_little_further(process)

    wait_until(has_ended, 20, "broken off")
    assert process.popen.returncode == FAILED
    assert process.errors.splitlines()[-1].startswith("tykva: the target: "), process.errors
    assert progress(target) > 2000
    assert moved(deployment, file_url(deployment), target.url)["rows"] > 2 * FAMILIES


def test_progress_is_a_line_a_table_or_one_line_on_a_terminal(deployment, target, tmp_path):
    served_once(deployment)
    done = move(deployment, file_url(deployment), target.url)
    lines = done.stderr.splitlines()
    assert sum(line.startswith("tykva: copying ") for line in lines) == len(TABLES) + 1
    assert "\r" not in done.stderr and "\x1b" not in done.stderr
    assert str(deployment.secret_path) in lines[-1] and "master_secret_file" in lines[-1]
    assert "both sides are equal" in done.stdout
    code, _, shown = on_terminal(
        binary("tykva"), "move", "--from", target.url, "--to", f"sqlite:{tmp_path}/home/tykva.sqlite")
    assert code == 0
    assert b"\r\x1b[Kcopying account: " in shown and b"\r\x1b[Kcomparing " in shown
    assert shown.count(b"\n") == 1, "the last sentence alone ends a line"
