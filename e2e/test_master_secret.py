"""A change of the master secret on the real server: nobody is signed out, and a kill at any point harms nothing."""

import base64
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import load
from deployment import Deployment, refused
from disks import fill, small_disk
from processes import binary, clean_environment, free_port, wait_until
from test_start import assert_refused, start
from visitor import Visitor

DATA_FOLDER = pytest.mark.engine("sqlite", "only there the file is written by the command")
MANY_NODES = pytest.mark.engine("postgres", "these are about many nodes")
NOTICE_SECONDS = 15
# For as long as it takes; the commands go on as soon as every node has heard of it.
WAIT = ("--wait", "60")
WINDOW = {"TYKVA_RETRY_WINDOW": "5m", "TYKVA_RETRY_WINDOW_OTHER": "5m"}
FAULT = "TEST_FAULT_POINT"


def lines(path):
    """The secrets of a file by their numbers."""
    text = path.read_text().strip()
    pairs = [line.split(":") if ":" in line else ("1", line) for line in text.splitlines()]
    return {int(number): value for number, value in pairs}


def write_line(deployment, number, path=None, value=None):
    """What an operator does by hand: one more line in the file, in the place of the old one."""
    path = path or deployment.secret_path
    values = lines(path) | {number: value or deployment.tykva("secret", "new", data=False).strip()}
    new = path.with_name("written-by-hand")
    new.touch(mode=0o600)
    new.write_text("".join(f"{number}:{value}\n" for number, value in sorted(values.items())))
    new.rename(path)
    return values[number]


def listed(deployment):
    return {line["number"]: line for line in deployment.json("secret", "list")}


def key_number(token):
    """Which master secret a refresh token was made under (docs/refresh.md)."""
    return base64.urlsafe_b64decode(token.removeprefix("tkvr_"))[1]


def add(deployment, number=2):
    if deployment.data:
        assert deployment.json("secret", "add", str(number), *WAIT)["added"]
    else:
        write_line(deployment, number)
        assert deployment.json("secret", "add", *WAIT) == {"number": number, "made": False, "added": True}


def test_a_change_signs_nobody_out_and_a_retry_across_it_has_the_same_bytes(deployment):
    with deployment.serve(environment=WINDOW) as server:
        first = server.sign_in()["refresh_token"]
        idle = server.sign_in("boris")["refresh_token"]
        add(deployment)
        assert {number: line["state"] for number, line in listed(deployment).items()} == {1: "active", 2: "added"}
        second = server.refreshed(first)["refresh_token"]
        assert key_number(second) == 1, "what is added is not used yet"
        done = deployment.json("secret", "activate", "2", *WAIT)
        assert done["activated"] and done["resealed"] == done["sealed"] == 2 and not done["unopened"]
        assert server.refreshed(first)["refresh_token"] == second, "the retry of a call before the change"
        third = server.refreshed(second)["refresh_token"]
        assert key_number(third) == 2
        assert server.refreshed(second)["refresh_token"] == third
        assert key_number(server.sign_in()["refresh_token"]) == 2
        assert refused(server.refresh(first)), "an old copy is a theft, whichever secret made it"
        found = listed(deployment)
        assert found[1]["state"] == "retired" and found[1]["sealed"] == 0 and found[1]["families"] >= 1
        assert found[2]["state"] == "active" and found[2]["sealed"] == 2
        assert found[2]["nodes_that_read"] and not found[2]["nodes_that_lack"]
        refusal = deployment.run("secret", "remove", "1")
        assert refusal.returncode == 1 and "still needed" in refusal.stderr and "sign-in" in refusal.stderr
        assert deployment.run("secret", "remove", "2").returncode == 1
        deployment.tykva("secret", "check")
        assert server.stop() == 0
    # A start by the new secret; who has slept through the change comes back.
    with deployment.serve(port=server.port) as server:
        assert key_number(server.refreshed(idle)["refresh_token"]) == 2
        assert server.get("/health/ready").status_code == 200
    types = [event["type"] for event in deployment.audit()]
    assert types.count("secret_added") == types.count("secret_activated") == 1


def test_pages_that_were_open_go_on_across_the_change(deployment):
    with deployment.serve() as server:
        visitor = Visitor(server)
        page = visitor.open(server.url + "/account")
        assert page.path == "/sign-in"
        add(deployment)
        deployment.tykva("secret", "activate", "2", *WAIT)
        done = visitor.submit(page, {"username": "anna", "password": visitor.password})
        assert done.path == "/account" and done.status == 200, done.text[:500]
        assert visitor.cookie("__Host-tykva-session")


def test_a_change_under_load_refuses_nothing(deployment):
    with deployment.serve() as server:
        exchanges = [load.Exchange(server.port, server.sign_in("boris")["refresh_token"]) for _ in range(8)]
        answers = []
        over = threading.Event()

        def refresh():
            while not over.is_set():
                answers.extend(load.run(exchanges, rounds=5))

        worker = threading.Thread(target=refresh)
        worker.start()
        try:
            add(deployment)
            for number in (2, 1, 2):
                deployment.tykva("secret", "activate", str(number), *WAIT)
        finally:
            over.set()
            worker.join()
        for exchange in exchanges:
            exchange.close()
        print(f"{len(answers)} refreshes during the changes")
        assert len(answers) > 40
        assert {status for _, status, _ in answers} == {200}


@DATA_FOLDER
@pytest.mark.parametrize("point", ["secret_written", "secret_replaced", "secret_registered"])
def test_add_that_is_killed_leaves_a_file_that_is_read_and_is_given_again(deployment, point):
    old = lines(deployment.secret_path)
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        done = deployment.run("secret", "add", environment={FAULT: point})
        assert done.returncode == -signal.SIGKILL, done
        left = lines(deployment.secret_path)
        assert left[1] == old[1] and set(left) == ({1} if point == "secret_written" else {1, 2})
        token = server.refreshed(token)["refresh_token"]
        assert deployment.json("secret", "add", "2", *WAIT)["number"] == 2
        if point != "secret_written":
            assert lines(deployment.secret_path) == left, "the one that was made is taken"
        assert {path.name for path in deployment.data.glob("master-secret*")} == {"master-secret"}
        assert deployment.secret_path.stat().st_mode & 0o777 == 0o600
        assert deployment.json("secret", "activate", "2", *WAIT)["activated"]
        server.refreshed(token)
    with deployment.serve(port=server.port) as server:
        server.sign_in()


@DATA_FOLDER
def test_a_full_disk_refuses_and_leaves_everything_as_it_was(prepared, tmp_path):
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        deployment = Deployment.copy(prepared, disk)
        with deployment.serve() as server:
            token = server.sign_in()["refresh_token"]
            kept = deployment.secret_path.read_bytes()
            filler = fill(disk)
            assert deployment.run("secret", "add").returncode == 1
            assert deployment.secret_path.read_bytes() == kept
            assert {path.name for path in deployment.data.glob("master-secret*")} == {"master-secret"}
            filler.unlink()
            deployment.tykva("secret", "add", *WAIT)
            filler = fill(disk)
            # What space the write-ahead log already has is used up first.
            for _ in range(2000):
                answer = server.refresh(token)
                if answer.status_code != 200:
                    break
                token = answer.json()["refresh_token"]
            done = deployment.run("secret", "activate", "2")
            assert done.returncode == 1, done.stdout
            filler.unlink()
            wait_until(lambda: server.get("/health/ready").status_code == 200, NOTICE_SECONDS, "ready again")
            assert listed(deployment)[1]["state"] == "active"
            deployment.tykva("secret", "activate", "2", *WAIT)
            deployment.tykva("secret", "check")
            assert key_number(server.refreshed(token)["refresh_token"]) == 2


@pytest.mark.parametrize("point", ["secret_activated", "boxes_resealed"])
def test_activate_that_is_killed_goes_on_when_it_is_given_again(deployment, point):
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        add(deployment)
        done = deployment.run("secret", "activate", "2", environment={FAULT: point})
        assert done.returncode == -signal.SIGKILL, done
        token = server.refreshed(token)["refresh_token"]
        deployment.tykva("secret", "check")
        assert server.stop() == 0
    with deployment.serve(port=server.port) as server:
        token = server.refreshed(token)["refresh_token"]
        assert key_number(token) == 2
        again = deployment.json("secret", "activate", "2", *WAIT)
        assert not again["activated"] and again["resealed"] == (2 if point == "secret_activated" else 0)
        assert listed(deployment)[1]["sealed"] == 0
        server.refreshed(token)


def test_kills_at_random_moments_of_command_and_server_harm_nothing(deployment):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    server = deployment.serve()
    try:
        token = server.sign_in()["refresh_token"]
        add(deployment)
        for round in range(10):
            number = 2 if round % 2 == 0 else 1
            command = [str(part) for part in (binary("tykva"), "secret", "activate", str(number), *deployment.store)]
            child = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=deployment.folder,
                env=clean_environment(deployment.environment))
            time.sleep(chance.uniform(0, 0.4))
            if round % 3 == 2:
                server.kill()
                child.kill()
                child.wait()
                server = deployment.serve(port=server.port)
            else:
                child.kill()
                child.wait()
            token = server.refreshed(token)["refresh_token"]
            # What a killed node has told of itself counts for half a minute.
            done = deployment.run("secret", "check")
            assert done.returncode == 0, done.stdout + done.stderr
        deployment.json("secret", "activate", "2", *WAIT)
        assert key_number(server.refreshed(token)["refresh_token"]) == 2
        assert listed(deployment)[1]["sealed"] == 0
    finally:
        server.kill()


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


def damage_key(deployment, kid):
    if deployment.data:
        with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database:
            box, = database.execute("SELECT sealed_private FROM signing_key WHERE id = ?", (kid,)).fetchone()
            box = box[:20] + bytes([box[20] ^ 1]) + box[21:]
            database.execute("UPDATE signing_key SET sealed_private = ? WHERE id = ?", (box, kid))
            database.commit()
    else:
        deployment.server.sql(
            "UPDATE signing_key SET sealed_private = set_byte(sealed_private, 20, get_byte(sealed_private, 20) # 1) "
            f"WHERE id = '{kid}'", deployment.database)


@pytest.fixture
def nodes(deployment, tmp_path):
    """Two nodes with a file of the secrets each."""
    other = tmp_path / "second-secret"
    other.touch(mode=0o600)
    other.write_text(deployment.secret_path.read_text())
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    with deployment.serve("--issuer", issuer, port=port, issuer=issuer, name="first", environment=WINDOW) as first:
        with deployment.serve(
            "--issuer", issuer, issuer=issuer, name="second",
            environment=WINDOW | {"TYKVA_MASTER_SECRET_FILE": str(other)}) as second:
            second.secret_path = other
            wait_until(lambda: len(listed(deployment)[1]["nodes_that_read"]) == 2, NOTICE_SECONDS, "both are listed")
            yield first, second


@MANY_NODES
def test_a_secret_that_a_node_lacks_is_neither_added_nor_activated(deployment, nodes):
    first, second = nodes
    value = write_line(deployment, 2)
    wait_until(
        lambda: f"process {first.pid}" in str(listed(deployment)[2]["nodes_that_read"]), NOTICE_SECONDS, "one has it")
    done = deployment.run("secret", "add", "--wait", "5")
    assert done.returncode == 1 and f"process {second.pid}" in done.stderr and f"process {first.pid}" not in done.stderr
    assert all(node.get("/health/ready").status_code == 200 for node in nodes)
    # Another one under this number is as bad as none.
    other = write_line(deployment, 2, second.secret_path)
    done = deployment.run("secret", "add", "--wait", "5")
    assert done.returncode == 1 and f"process {second.pid}" in done.stderr
    assert value not in done.stderr and other not in done.stderr
    # Until it is registered a wrong line can be taken out, and the right one be written.
    second.secret_path.write_text(f"1:{lines(deployment.secret_path)[1]}\n")
    wait_until(lambda: second.errors.count("were read again") == 2, NOTICE_SECONDS, "the line is gone")
    write_line(deployment, 2, second.secret_path, value)
    deployment.tykva("secret", "add", *WAIT)
    deployment.tykva("secret", "activate", "2", *WAIT)
    token = first.sign_in()["refresh_token"]
    assert key_number(token) == 2
    assert key_number(second.refreshed(token)["refresh_token"]) == 2


@MANY_NODES
def test_a_node_that_hears_of_the_change_later_answers_a_retry_with_the_same_bytes(deployment, nodes):
    first, second = nodes
    value = write_line(deployment, 2)
    write_line(deployment, 2, second.secret_path, value)
    deployment.tykva("secret", "add", *WAIT)
    tokens = [first.sign_in()["refresh_token"] for _ in range(5)]
    os.kill(second.pid, signal.SIGSTOP)
    try:
        done = deployment.run("secret", "activate", "2", "--wait", "1")
        assert done.returncode == 1 and f"process {second.pid}" in done.stderr, "it names the one that is late"
        wait_until(lambda: key_number(first.sign_in()["refresh_token"]) == 2, NOTICE_SECONDS, "the first knows")
        successors = [first.refreshed(token)["refresh_token"] for token in tokens]
        assert {key_number(token) for token in successors} == {2}
        answers = []
        # They wait at the node that stands still, and are the first that it sees.
        waiting = [threading.Thread(target=lambda token=token: answers.append((token, second.refresh(token))))
                   for token in tokens]
        for thread in waiting:
            thread.start()
        time.sleep(1)
    finally:
        os.kill(second.pid, signal.SIGCONT)
    for thread in waiting:
        thread.join()
    for token, answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] == successors[tokens.index(token)]
    again = deployment.json("secret", "activate", "2", *WAIT)
    assert not again["activated"] and not again["late_nodes"]
    assert key_number(second.sign_in()["refresh_token"]) == 2


@MANY_NODES
def test_a_node_that_lacks_a_registered_number_is_not_ready_and_calls_no_token_invalid(deployment, nodes):
    first, second = nodes
    value = write_line(deployment, 2)
    # As if it had been added while this node was away.
    os.kill(second.pid, signal.SIGSTOP)
    try:
        done = deployment.run("secret", "add", "--wait", "50")
        assert done.returncode == 0, done.stderr
        deployment.tykva("secret", "activate", "2", *WAIT)
        token = first.sign_in()["refresh_token"]
    finally:
        os.kill(second.pid, signal.SIGCONT)
    wait_until(lambda: second.get("/health/ready").status_code == 503, NOTICE_SECONDS, "it is not ready")
    assert "master secret" in second.get("/health/ready").json()["reason"]
    answer = second.refresh(token)
    assert refused(answer, "temporarily_unavailable", 503) and answer.headers["Retry-After"]
    found = deployment.run("secret", "check")
    assert found.returncode == 1 and f"process {second.pid}" in found.stdout
    write_line(deployment, 2, second.secret_path, value)
    wait_until(lambda: second.get("/health/ready").status_code == 200, NOTICE_SECONDS, "ready again")
    second.refreshed(token)
    deployment.tykva("secret", "check")


@MANY_NODES
def test_a_node_that_is_killed_counts_for_half_a_minute_only(deployment, nodes):
    first, second = nodes
    second.kill()
    write_line(deployment, 2)
    began = time.monotonic()
    deployment.tykva("secret", "add", "--wait", "50")
    assert time.monotonic() - began > 5
    assert first.stop() == 0
    found = listed(deployment)
    assert found[2]["nodes_that_read"] == [], "one that ends in order says so"


def test_help_and_output_tell_no_secret(deployment):
    add(deployment)
    values = lines(deployment.secret_path).values()
    for command in (["list"], ["check"], ["activate", "2"]):
        for form in ("table", "json"):
            done = deployment.run("secret", *command, "--output", form)
            assert done.returncode == 0, done.stderr
            assert not any(value in done.stdout + done.stderr for value in values)
    assert b"tkvm_" not in deployment.stored()
