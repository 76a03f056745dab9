"""What `tykva move` refuses: servers that run, sources that are none, targets that are not empty, wrong usage."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile

import pytest

from deployment import Deployment
from moves import (  # noqa: F401
    CONFIGURATION, FAMILIES, USAGE, assert_refused, begun, crowd, file_url, move, postgres, served_once, start, target)
from processes import binary, clean_environment, free_port

pytestmark = pytest.mark.engine("sqlite", "each of these has both engines")


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
