"""The audit log on the command line: what its filters find, and that following it passes nothing over."""

import contextlib
import json
import sqlite3
import time

import pytest

from processes import Process, binary, wait_until

WRONG = "a wrong pass phrase of somebody"


@pytest.fixture
def follower(deployment):
    """`tykva audit --follow`, one JSON object a line."""
    command = [binary("tykva"), "audit", "--follow", "--output", "json", *deployment.store]
    running = Process(deployment.folder, "follow", command, deployment.environment)
    yield running
    running.kill()


def seen(follower, type):
    return [event for event in followed(follower) if event["type"] == type]


def followed(follower):
    """What it has told so far, but for a line that is not whole yet."""
    return [json.loads(line) for line in follower.output.split("\n")[:-1]]


def test_filters_find_what_they_say(deployment):
    start = deployment.audit()[-1]["at"]
    with deployment.serve() as server:
        server.sign_in()
        server.try_sign_in(password=WRONG)
        server.sign_in("boris", client="other-app")
        wait_until(lambda: deployment.audit("--type", "sign_in_failed"), 10, "the failure is written")
    of = deployment.audit
    assert {event["type"] for event in of("--user", "anna", "--client", "app")} >= {"sign_in_succeeded", "sign_in_failed"}
    assert [event["user"] for event in of("--client", "other-app", "--type", "sign_in_succeeded")] == ["boris"]
    both = of("--type", "sign_in_succeeded", "--type", "sign_in_failed")
    assert sorted(event["type"] for event in both) == ["sign_in_failed", "sign_in_succeeded", "sign_in_succeeded"]
    session = next(event["session"] for event in both if event["user"] == "anna" and event["session"])
    deployment.tykva("session", "end", session)
    assert [event["type"] for event in of("--session", session)] == ["sign_in_succeeded", "session_ended"]
    everything = of()
    middle = both[1]["at"]
    early, late = of("--until", middle), of("--since", middle)
    assert early + late == everything and early and late
    assert of("--since", start, "--until", start) == []
    assert of("--until", "1h") == [] and of("--since", "1h") == everything
    assert "no events" in deployment.tykva("audit", "--client", "nobody")


def test_following_shows_each_event_once(deployment, follower):
    with deployment.serve() as server:
        for _ in range(5):
            server.sign_in()
        wait_until(lambda: len(seen(follower, "sign_in_succeeded")) == 5, 20, "the sign-ins")
        time.sleep(2.5)
        server.sign_in("boris")
        wait_until(lambda: len(seen(follower, "sign_in_succeeded")) == 6, 20, "one more")
    everything = deployment.audit()
    wait_until(lambda: len(followed(follower)) >= len(everything), 10, "what the stop wrote")
    ids = [event["id"] for event in followed(follower)]
    assert len(ids) == len(set(ids)) == len(everything)


@pytest.mark.engine("sqlite", "rows are written by hand")
def test_following_passes_over_no_event_that_commits_late_or_by_another_clock(deployment, follower):
    def write(number, seconds):
        with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite", timeout=30)) as database, database:
            database.execute(
                "INSERT INTO event (id, at, type, address, agent, request_id, detail)"
                " VALUES (?, ?, 'clock_stepped', '', '', '', '{}')",
                (f"e_{number:032x}", int((time.time() + seconds) * 1000)))

    wait_until(lambda: follower.output, 10, "it has begun")
    write(1, 0)
    wait_until(lambda: len(seen(follower, "clock_stepped")) == 1, 10, "an event of now")
    # Of a write that took long: it has the time at which it began.
    write(2, -20)
    wait_until(lambda: len(seen(follower, "clock_stepped")) == 2, 10, "one that was committed late")
    # A clock was an hour ahead, and was set back: the events of now are before that one.
    write(3, 3600)
    wait_until(lambda: len(seen(follower, "clock_stepped")) == 3, 10, "one of an hour ahead")
    write(4, 0)
    wait_until(lambda: len(seen(follower, "clock_stepped")) == 4, 10, "one of after the step")
    time.sleep(2.5)
    assert len(seen(follower, "clock_stepped")) == 4, "each once"
