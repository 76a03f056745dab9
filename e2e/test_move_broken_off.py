"""A move that is killed, told to end, or loses its disk or its server: given again it goes on, and nothing is lost."""

import signal
import subprocess

import pytest

from deployment import Deployment
from disks import small_disk
from moves import (  # noqa: F401
    FAILED, FAMILIES, a_little_further, assert_refused, begun, crowd, file_url, move, moved, postgres, progress, rows,
    serve, start, target)
from processes import STOP_SECONDS, wait_until

pytestmark = pytest.mark.engine("sqlite", "each of these has both engines")


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
        assert process.errors.splitlines()[-1] == (
            "tykva: broken off; give the same command again, and it goes on where it was")
    assert moved(deployment, file_url(deployment), target.url)["rows"] > 2 * FAMILIES


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
