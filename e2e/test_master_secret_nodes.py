"""A change of the master secret on two nodes, one of which lacks it, hears of it later or is gone."""

import os
import signal
import threading
import time

import pytest

from deployment import refused
from master_secrets import NOTICE_SECONDS, WAIT, WINDOW, key_number, lines, listed, write_line
from processes import free_port, wait_until

MANY_NODES = pytest.mark.engine("postgres", "these are about many nodes")


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
