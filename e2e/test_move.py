"""`tykva move`: a deployment goes from one engine to another, with every token, and back; what stays behind."""

import shutil

import pytest

from deployment import Deployment, refused
from moves import (  # noqa: F401
    CONFIGURATION, TABLES, assert_refused, file_url, move, moved, postgres, serve, served_once, start, target)
from processes import binary
from terminal import on_terminal

pytestmark = pytest.mark.engine("sqlite", "each of these has both engines")


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
