"""A file of master secrets that lacks one, is damaged or holds another one: refused at a start, and changes nothing."""

import pytest

from master_secrets import NOTICE_SECONDS, add, damage_key, lines
from processes import wait_until
from test_start import assert_refused, start


def test_a_file_that_lacks_a_registered_number_is_refused_needed_or_not(deployment):
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        add(deployment)
        # Nothing needs it yet.
        whole = lines(deployment.secret_path)
        assert server.stop() == 0
    port = server.port
    deployment.secret_path.write_text(f"1:{whole[1]}\n")
    before = deployment.dump()
    assert_refused(start(deployment, port=port), "number 2", "secret remove 2", code=78)
    assert deployment.dump() == before
    # It may go by its number alone.
    deployment.tykva("secret", "remove", "2")
    with deployment.serve(port=port) as server:
        server.refreshed(token)
        assert server.stop() == 0
    # And the other way round: what is needed.
    deployment.secret_path.write_text("".join(f"{number}:{value}\n" for number, value in whole.items()))
    deployment.tykva("secret", "add", "2")
    deployment.secret_path.write_text(f"2:{whole[2]}\n")
    before = deployment.dump()
    assert_refused(start(deployment, port=port), "number 1", code=78)
    done = deployment.run("secret", "activate", "2")
    assert done.returncode == 1 and "master secret 1 is not here" in done.stderr, done.stderr
    done = deployment.run("secret", "check")
    assert done.returncode == 1 and "master secret 1 is not here" in done.stdout
    assert "signing_key.sealed_private of" in done.stdout
    assert deployment.dump() == before


@pytest.mark.parametrize("damage", ["twice", "half", "unnumbered", "same"])
def test_a_damaged_file_is_refused_at_a_start_and_kept_away_from_a_node_that_runs(deployment, damage):
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        value = lines(deployment.secret_path)[1]
        other = deployment.tykva("secret", "new", data=False).strip()
        deployment.secret_path.write_text({
            "twice": f"1:{value}\n2:{other}\n2:{deployment.tykva('secret', 'new', data=False).strip()}\n",
            "half": f"1:{value}\n2:{other[:30]}", "unnumbered": f"1:{value}\n{other}\n",
            "same": f"1:{value}\n2:{value}\n",
        }[damage])
        wait_until(lambda: "cannot be read again" in server.errors, NOTICE_SECONDS, "the node says so")
        token = server.refreshed(token)["refresh_token"]
        assert deployment.run("secret", "add").returncode != 0
        assert other not in server.errors and value not in server.errors
        assert server.get("/health/ready").status_code == 200
        assert server.stop() == 0
    before = deployment.dump()
    assert_refused(start(deployment, port=server.port), "master secret", "line", code=78)
    assert deployment.dump() == before
    deployment.secret_path.write_text(f"1:{value}\n")
    with deployment.serve(port=server.port) as server:
        server.refreshed(token)


def test_another_secret_under_a_registered_number_is_refused(deployment):
    with deployment.serve() as server:
        add(deployment)
        assert server.stop() == 0
    values = lines(deployment.secret_path)
    other = deployment.tykva("secret", "new", data=False).strip()
    deployment.secret_path.write_text(f"1:{values[1]}\n2:{other}\n")
    before = deployment.dump()
    assert_refused(start(deployment, port=server.port), "number 2", "not the one of this database", code=78)
    assert deployment.dump() == before
    done = deployment.run("secret", "activate", "2")
    assert done.returncode == 1 and "another one" in done.stderr


def test_a_sealed_value_that_does_not_open_is_named(deployment):
    with deployment.serve() as server:
        server.sign_in()
        assert server.stop() == 0
    keys = deployment.json("key", "list")
    damage_key(deployment, keys[1]["kid"])
    done = deployment.run("secret", "check")
    assert done.returncode == 1 and keys[1]["kid"] in done.stdout and keys[0]["kid"] not in done.stdout
    assert len(done.stdout.splitlines()) == 1
