"""A change of the master secret on the real server: nobody is signed out, and a kill at any point harms nothing."""

import random
import signal
import subprocess
import threading
import time

import pytest

import load
from deployment import Deployment, refused
from disks import fill, small_disk
from master_secrets import NOTICE_SECONDS, WAIT, WINDOW, add, key_number, lines, listed
from processes import binary, clean_environment, wait_until
from visitor import Visitor

DATA_FOLDER = pytest.mark.engine("sqlite", "only there the file is written by the command")
FAULT = "TEST_FAULT_POINT"


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


def test_help_and_output_tell_no_secret(deployment):
    add(deployment)
    values = lines(deployment.secret_path).values()
    for command in (["list"], ["check"], ["activate", "2"]):
        for form in ("table", "json"):
            done = deployment.run("secret", *command, "--output", form)
            assert done.returncode == 0, done.stderr
            assert not any(value in done.stdout + done.stderr for value in values)
    assert b"tkvm_" not in deployment.stored()
