"""What a start refuses: one clear sentence, the right exit code, and nothing lost."""

import contextlib
import os
import pathlib
import pwd
import socket
import subprocess
import tempfile

import pytest

from deployment import Deployment, refused
from disks import fill, small_disk
from processes import PATIENCE, binary, clean_environment, free_port, installed, wait_until

CONFIGURATION, FAILED, USAGE = 78, 1, 2
DATA_FOLDER = pytest.mark.engine("sqlite", "only it has a data folder")


def start(deployment, *arguments, port=None, environment=None):
    """A start that must end by itself."""
    listen = f"127.0.0.1:{port or free_port()}"
    return deployment.run(
        "serve", "--listen", listen, *arguments, environment={"TYKVA_METRICS_LISTEN": "off"} | (environment or {}))


def assert_refused(done, *words, code=FAILED):
    """One sentence that names what is wrong; no trace of the program's inside."""
    assert done.returncode == code, (done.returncode, done.stderr)
    sentences = [line for line in done.stderr.splitlines() if line.startswith("tykva: ")]
    assert len(sentences) == 1, done.stderr
    for word in words:
        assert str(word) in sentences[0], (word, sentences[0])
    assert "ready" not in done.stdout
    for inside in ("Fatal error", "Error(", "Optional(", "swift", "SQLITE_"):
        assert inside not in done.stderr, done.stderr


@DATA_FOLDER
def test_a_second_server_on_the_same_folder_is_refused_and_names_the_first(deployment):
    with deployment.serve() as server:
        assert_refused(start(deployment), server.pid, deployment.data)
        server.refreshed(server.sign_in()["refresh_token"])


@DATA_FOLDER
def test_one_database_file_has_one_server_however_it_is_named(deployment, tmp_path):
    other = tmp_path / "other"
    other.mkdir(0o700)
    secret = other / "master-secret"
    secret.write_bytes((deployment.data / "master-secret").read_bytes())
    secret.chmod(0o600)
    link = tmp_path / "link.sqlite"
    with deployment.serve() as server:
        link.symlink_to(deployment.data / "tykva.sqlite")
        for name in (deployment.data / "tykva.sqlite", deployment.data / ".." / "data" / "tykva.sqlite", link):
            done = deployment.run(
                "serve", "--data", other, "--database", f"sqlite:{name}", "--listen", f"127.0.0.1:{free_port()}",
                data=False, environment={"TYKVA_METRICS_LISTEN": "off"})
            assert_refused(done, server.pid)


def test_an_address_in_use_is_refused(deployment, server):
    assert_refused(start(deployment, port=server.port), f"127.0.0.1:{server.port}", "in use")


@DATA_FOLDER
def test_a_folder_that_others_can_read_is_refused(deployment):
    deployment.data.chmod(0o750)
    assert_refused(start(deployment), deployment.data, "0750", "chmod 700")
    deployment.data.chmod(0o700)


def test_a_file_instead_of_a_folder_is_refused(tmp_path):
    deployment = Deployment(tmp_path)
    deployment.data.write_text("no folder")
    assert_refused(start(deployment), deployment.data, "not a folder")


@DATA_FOLDER
@pytest.mark.parametrize("contents_of_file", [b"this is no database\n" * 100, os.urandom(8192), b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_database_file_that_is_none_is_refused_and_left_alone(deployment, contents_of_file):
    database = deployment.data / "tykva.sqlite"
    database.write_bytes(contents_of_file)
    assert_refused(start(deployment), database)
    assert database.read_bytes() == contents_of_file


def test_a_missing_master_secret_is_refused_and_none_is_made(deployment):
    secret = deployment.secret_path
    kept = secret.read_bytes()
    secret.unlink()
    # On PostgreSQL it is a file that a setting names.
    code = CONFIGURATION if getattr(deployment, "environment", {}).get("TYKVA_MASTER_SECRET_FILE") else FAILED
    assert_refused(start(deployment), secret, code=code)
    assert not secret.exists()
    secret.touch(mode=0o600)
    secret.write_bytes(kept)
    with deployment.serve() as server:
        server.sign_in()


def test_another_master_secret_is_refused_and_nothing_is_written(deployment):
    secret = deployment.secret_path
    secret.write_text(deployment.tykva("secret", "new", data=False))
    before = deployment.dump()
    assert_refused(start(deployment), "master secret", "not the one of this database", secret, code=CONFIGURATION)
    assert deployment.dump() == before


@pytest.mark.parametrize("text", ["", "short", "0" * 64, "\xff\xfe", "1:" + "A" * 10])
def test_a_master_secret_in_another_form_is_refused_without_being_shown(deployment, text):
    deployment.secret_path.write_text(text)
    done = start(deployment)
    assert_refused(done, "master secret", code=CONFIGURATION)
    assert not text or text not in done.stderr


def test_a_master_secret_that_others_can_read_is_refused(deployment):
    secret = deployment.secret_path
    secret.chmod(0o640)
    assert_refused(start(deployment), secret, "0640", code=CONFIGURATION)


def test_another_issuer_is_refused_and_the_old_one_goes_on(deployment):
    with deployment.serve() as server:
        token, port = server.sign_in()["refresh_token"], server.port
    assert_refused(start(deployment), "issuer", f"http://127.0.0.1:{port}", "--change-issuer", code=CONFIGURATION)
    with deployment.serve(port=port) as server:
        server.refreshed(token)


def test_dev_data_and_other_data_do_not_mix(deployment, tmp_path):
    with deployment.serve():
        pass
    assert_refused(start(deployment, "--dev"), "--dev", code=CONFIGURATION)
    demo = Deployment(tmp_path / "demo")
    with demo.serve("--dev") as server:
        port = server.port
    assert_refused(start(demo, port=port), "--dev", code=CONFIGURATION)


@pytest.mark.parametrize("arguments, words", [
    (["--listen", "0.0.0.0:18443", "--issuer", "https://auth.example.com"], ["0.0.0.0:18443", "--tls-certificate", "--behind-proxy"]),
    (["--listen", "0.0.0.0:18443", "--dev"], ["--dev", "loopback"]),
    (["--listen", "nonsense"], ["HOST:PORT"]),
    (["--listen", "127.0.0.1:99999"], ["HOST:PORT"]),
    (["--issuer", "http://auth.example.com"], ["issuer"]),
    (["--issuer", "https://auth.example.com/path"], ["issuer"]),
    (["--tls-certificate", "chain.pem"], ["tls_key"]),
    (["--behind-proxy", "10.0.0.0/99"], ["10.0.0.0/99"]),
    (["--database", "postgres://anna:secret@localhost/x"], ["database", "password"]),
    (["--database", "mysql://localhost/x"], ["database"]),
])
def test_settings_that_make_no_sense_stop_the_start(tmp_path, arguments, words):
    deployment = Deployment(tmp_path)
    done = deployment.run("serve", *arguments, environment={"TYKVA_METRICS_LISTEN": "off"})
    assert done.returncode == CONFIGURATION, (done.returncode, done.stderr)
    for word in words:
        assert word in done.stderr
    assert not deployment.data.exists(), "nothing is made before the settings are right"


def test_every_fault_of_the_configuration_is_listed_at_once(tmp_path):
    deployment = Deployment(tmp_path)
    file = tmp_path / "tykva.yaml"
    file.write_text("listn: 127.0.0.1:1\naccess_token_lifetime: 2h\nretry_window: soon\nlog_level: loud\n")
    environment = {"TYKVA_MAXIMUM_CONNECTIONS": "none", "TYKVA_COLOUR": "orange", "TYKVA_METRICS_LISTEN": "off"}
    faults = ["listn", "access_token_lifetime", "retry_window", "log_level", "maximum_connections", "TYKVA_COLOUR"]
    for command in (["serve", "--listen", "127.0.0.1:18444"], ["config", "check"]):
        done = deployment.run(*command, "--config", file, environment=environment)
        assert done.returncode == CONFIGURATION, done.stderr
        for fault in faults:
            assert fault.lower() in done.stderr.lower(), (fault, done.stderr)
    assert not deployment.data.exists()


@pytest.mark.parametrize("text", ["a: [1", "- list", "\x00", "listen: {a: b}", "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2"])
def test_a_broken_configuration_file_is_refused(tmp_path, text):
    file = tmp_path / "tykva.yaml"
    file.write_text(text)
    done = Deployment(tmp_path).run("config", "check", "--config", file)
    assert done.returncode == CONFIGURATION, done.stderr
    assert str(file) in done.stderr or "listen" in done.stderr


def test_a_certificate_that_does_not_load_is_refused_and_changes_nothing(deployment, tmp_path):
    with deployment.serve() as server:
        port = server.port
    before = deployment.dump()
    for name in ("chain.pem", "key.pem"):
        (tmp_path / name).write_text("no certificate")
    arguments = ["--tls-certificate", tmp_path / "chain.pem", "--tls-key", tmp_path / "key.pem"]
    assert_refused(start(deployment, *arguments, port=port), tmp_path / "chain.pem", code=CONFIGURATION)
    missing = ["--tls-certificate", tmp_path / "nowhere.pem", "--tls-key", tmp_path / "key.pem"]
    done = start(deployment, *missing, port=port)
    assert_refused(done, "nowhere.pem", "cannot be read", code=CONFIGURATION)
    assert deployment.dump() == before


def test_an_argument_that_is_no_text_is_refused(deployment):
    done = deployment.run("user", "show", b"anna\xff".decode(errors="surrogateescape"))
    assert_refused(done, "not UTF-8", code=USAGE)


def limited(*limits):
    """What runs a program with limits of the system: name=soft:hard."""
    return [installed("prlimit"), *(f"--{limit}" for limit in limits), "--"]


@DATA_FOLDER
def test_the_limit_of_open_files_is_raised_or_refuses_the_start(deployment):
    command = limited("nofile=256:900") + [str(binary("tykva")), "serve", "--data", str(deployment.data)]
    command += ["--listen", f"127.0.0.1:{free_port()}"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=clean_environment({"TYKVA_METRICS_LISTEN": "off"}))
    assert_refused(done, "maximum_connections", "1024", "900", code=CONFIGURATION)
    with deployment.serve(wrapper=limited("nofile=256:4096", "core=unlimited:unlimited")) as server:
        pid = int((deployment.data / "tykva.lock").read_text())
        limits = {line[:25].strip(): line[25:].split()[:2] for line in
                  pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]}
        assert limits["Max open files"] == ["4096", "4096"]
        assert limits["Max core file size"] == ["1", "1"], "no password goes to a disk"
        with contextlib.ExitStack() as stack:
            # More than there would be descriptors for.
            for _ in range(400):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            assert server.get("/health/live").status_code == 200


def test_a_wrong_use_of_the_command_line_exits_with_2(tmp_path):
    deployment = Deployment(tmp_path)
    for arguments in (["serve", "--colour"], ["nonsense"], ["user", "add"], ["client", "add", "x", "--grant", "magic"]):
        assert deployment.run(*arguments).returncode == USAGE, arguments


@DATA_FOLDER
def test_as_root_a_command_becomes_the_owner_of_the_folder(deployment):
    if os.geteuid() != 0:
        pytest.skip("only root can run a command as somebody else")
    nobody = pwd.getpwnam("nobody")
    # The folders above a test's own are root's: nobody gets one that it can reach.
    with tempfile.TemporaryDirectory(prefix="tykva-e2e-") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o711)
        own = Deployment.copy(deployment, folder / "own")
        for path in [own.data, *own.data.iterdir()]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        own.folder.chmod(0o755)
        # As root, a command becomes the owner, so that no file ends up as root's.
        own.add_user("clara")
        assert {path.stat().st_uid for path in own.data.iterdir()} == {nobody.pw_uid}
        with own.serve() as server:
            users = {line for status in pathlib.Path(f"/proc/{server.pid}/task").glob("*/status")
                     for line in status.read_text().splitlines() if line.startswith(("Uid:", "Gid:"))}
            assert users == {
                "\t".join(["Uid:"] + [str(nobody.pw_uid)] * 4), "\t".join(["Gid:"] + [str(nobody.pw_gid)] * 4)
            }, "every thread has given up root"
            server.refreshed(server.sign_in("clara")["refresh_token"])
        assert {path.stat().st_uid for path in own.data.iterdir()} == {nobody.pw_uid}


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", megabytes=4) as folder:
        yield folder


@pytest.mark.engine("sqlite", "PostgreSQL's disk is among the faults")
def test_a_full_disk_is_a_503_that_loses_nothing_and_heals(prepared, disk):
    deployment = Deployment.copy(prepared, disk)
    with deployment.serve() as server:
        token = server.sign_in("boris")["refresh_token"]
        filler = fill(disk)
        # What space the write-ahead log already has is used up first.
        for _ in range(2000):
            answer = server.refresh(token)
            if answer.status_code != 200:
                break
            token = answer.json()["refresh_token"]
        assert refused(answer, "temporarily_unavailable", 503), answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert refused(server.try_sign_in("boris"), "temporarily_unavailable", 503)
        assert server.get("/.well-known/jwks.json").status_code == 200, "what needs no disk goes on"
        filler.unlink()
        wait_until(lambda: server.get("/health/ready").status_code == 200, 10, "ready again")
        token = server.refreshed(token)["refresh_token"]
        assert not deployment.audit("--type", "refresh_theft")
        port = server.port
        assert server.stop() == 0
    with deployment.serve(port=port) as server:
        server.refreshed(token)
