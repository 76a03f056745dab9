"""Messages that go out: a mail server in trouble loses and repeats nothing, and an operator sees and moves what waits."""

import statistics
import time

import pytest

from clocks import SteppedClock
from deployment import PASSWORD
from mail_servers import Mailbox, Scripted, hang_up, parsed, silence
from middleman import Mute
from processes import PATIENCE, free_port, wait_until
from webhook_receivers import Receiver

DONE, FAILED, USAGE = 0, 1, 2


def settings(port):
    return {"TYKVA_SMTP_URL": f"smtp://127.0.0.1:{port}", "TYKVA_SMTP_FROM": "noreply@auth.example"}


def tell(deployment, count=1):
    """Anna is told that her password was changed."""
    for _ in range(count):
        deployment.tykva("user", "password", "anna", "--password-stdin", stdin=PASSWORD + "\n")


def waiting(deployment):
    return deployment.json("outbox", "list", "--kind", "mail", "--state", "waiting")


def ids(contents):
    return [parsed(content)["Message-ID"] for content in contents]


class Failing:
    """The first so many times the answer of a server in trouble, then the usual one."""

    def __init__(self, times, answer, usual):
        self.left, self.answer, self.usual = times, answer, usual

    def __call__(self, server, connection):
        self.left -= 1
        if self.left < 0:
            connection.sendall(self.usual)
            return True
        if callable(self.answer):
            return self.answer(server, connection)
        connection.sendall(self.answer)
        return True


def test_a_mail_server_that_is_down_loses_nothing(deployment):
    port = free_port()
    tell(deployment, 3)
    with deployment.serve(environment=settings(port)):
        wait_until(lambda: any(one["attempts"] for one in waiting(deployment)), 15, "it is tried")
        assert len(waiting(deployment)) == 3
        mailbox = Mailbox()
        mailbox.port = port
        mailbox._controller.port = port
        with mailbox:
            wait_until(lambda: len(mailbox.messages) == 3, 180, "all three arrive")
            wait_until(lambda: not waiting(deployment), 10, "and are noted")
            time.sleep(1)
            found = ids(envelope.content for envelope in mailbox.messages)
    assert len(found) == len(set(found)) == 3


@pytest.mark.parametrize("verb, answer, usual", [
    ("greeting", hang_up, b"220 test.example ESMTP\r\n"),
    ("greeting", b"421 4.3.2 too busy\r\n", b"220 test.example ESMTP\r\n"),
    ("MAIL", b"451 4.3.0 a full disk\r\n", b"250 2.1.0 go on\r\n"),
    ("RCPT", b"450 4.7.1 come back later\r\n", b"250 2.1.5 go on\r\n"),
    ("message", b"451 4.3.0 a full disk\r\n", b"250 2.0.0 taken\r\n"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_server_in_trouble_gets_each_message_once_at_last(deployment, verb, answer, usual):
    """Refused for a while at each step, and hung up on before anything was sent."""
    tell(deployment, 2)
    with Scripted(**{verb: Failing(2, answer, usual)}) as server:
        with deployment.serve(environment=settings(server.port)):
            wait_until(lambda: not waiting(deployment), 120, "both arrive")
        # What was refused after it was sent is among them.
        taken = ids(server.messages)[2 if verb == "message" else 0:]
    assert len(taken) == len(set(taken)) == 2


def test_a_message_repeats_only_when_nobody_can_know_and_is_known_as_one(deployment):
    """All of it was sent, and the connection ended before the server said that it took it."""
    tell(deployment)
    with Scripted(message=Failing(1, hang_up, b"250 2.0.0 taken\r\n")) as server:
        with deployment.serve(environment=settings(server.port)):
            wait_until(lambda: not waiting(deployment), 120, "it arrives")
            time.sleep(1)
        found = ids(server.messages)
    assert len(found) == 2 and len(set(found)) == 1


def test_a_connection_that_ends_within_the_message_costs_a_second_attempt(deployment):
    tell(deployment)

    def cut(server, connection):
        connection.sendall(b"354 go on\r\n")
        connection.recv(20)
        return False

    cuts = iter([cut])

    class Cutting(Scripted):
        def _answer(self, connection, what, usual):
            broken = next(cuts, None) if what == "DATA" else None
            return broken(self, connection) if broken else super()._answer(connection, what, usual)

    with Cutting() as server:
        with deployment.serve(environment=settings(server.port)):
            wait_until(lambda: not waiting(deployment), 120, "it arrives")
        assert len(ids(server.messages)) == 1


def test_what_the_server_refuses_for_good_is_given_up_with_an_event(deployment):
    tell(deployment)
    with Scripted(RCPT=b"550 5.1.1 no such user\r\n") as server:
        with deployment.serve(environment=settings(server.port)):
            wait_until(lambda: not waiting(deployment), 30, "it is given up")
    [listed] = deployment.json("outbox", "list", "--state", "given_up")
    assert listed["kind"] == "mail" and listed["user"] == "anna" and "no such user" in listed["last_error"]
    [event] = deployment.audit("--type", "message_given_up")
    assert event["detail"] == {"message": listed["id"]}
    assert "user anna" in deployment.tykva("outbox", "list")


@pytest.mark.parametrize("server", [Mute, lambda: Scripted(message=silence), lambda: Scripted(RCPT=silence)])
def test_a_mail_server_that_hangs_slows_no_sign_in(deployment, server):
    with server() as hanging:
        with deployment.serve(environment=settings(hanging.port)) as running:
            tell(deployment, 3)

            def usual():
                seconds = []
                for _ in range(8):
                    start = time.monotonic()
                    running.refreshed(running.sign_in()["refresh_token"])
                    seconds.append(time.monotonic() - start)
                return statistics.median(seconds)

            assert usual() < 5
            assert len(waiting(deployment)) == 3
            assert running.stop() == 0, "the stop waits for a message under way, and not for the server"


def test_a_start_without_a_mail_server_says_once_that_messages_wait(deployment):
    tell(deployment, 2)
    with deployment.serve() as server:
        wait_until(lambda: "smtp_url" in server.errors, 10, "it is said")
        time.sleep(1.5)
        assert server.stop() == 0
        said = [line for line in server.log() if "smtp_url" in line["message"]]
    assert len(said) == 1 and said[0]["messages"] == "2"
    assert len(waiting(deployment)) == 2


@pytest.mark.engine("sqlite", "a PostgreSQL has a clock of its own")
def test_a_clock_that_is_set_back_by_an_hour_holds_nothing_up(deployment, tmp_path):
    clock = SteppedClock(tmp_path / "clock")
    with Mailbox() as mailbox, Receiver(hook=[503, 503, 204]) as receiver:
        webhook = deployment.json("webhook", "add", receiver.url(), "--event", "sign_in_succeeded", "--allow-private")
        # The signing key is older than the hour.
        with deployment.serve() as before:
            assert before.stop() == 0
        clock.step("+3600s")
        environment = clock.options["environment"] | settings(mailbox.port)
        with deployment.serve(
                port=before.port, environment=environment, wrapper=clock.options["wrapper"]) as server:
            tokens = server.sign_in()
            wait_until(lambda: len(receiver.at()) >= 2, 20, "the first attempts")
            # Its next attempt is an hour and some seconds away now.
            clock.step("+0")
            tell(deployment)
            wait_until(lambda: len(mailbox.messages) == 1, 30, "a mail of after the step")
            tokens = server.sign_in()
            wait_until(lambda: len(receiver.at()) >= 4, 120, "both events, one of before the step")
            wait_until(lambda: deployment.json("webhook", "show", webhook["id"])["waiting"] == 0, 10, "nothing waits")
            server.refreshed(tokens["refresh_token"])
            link = next(word for word in parsed(mailbox.messages[0].content).get_body(("plain",)).get_content().split()
                        if "?link=" in word)
            assert server.session.get(link, timeout=PATIENCE).status_code == 200, "a link of after the step"
            assert deployment.audit("--type", "clock_stepped")


def test_an_operator_lists_retries_and_drops(deployment):
    with Receiver(hook=500) as receiver:
        webhook = deployment.json("webhook", "add", receiver.url(), "--event", "sign_in_succeeded", "--allow-private")
        tell(deployment, 2)
        with deployment.serve() as server:
            server.sign_in()
            wait_until(lambda: len(receiver.at()) >= 2, 20, "attempts")
    assert len(deployment.json("outbox", "list")) == 3
    assert len(deployment.json("outbox", "list", "--limit", "1")) == 1
    [told] = deployment.json("outbox", "list", "--kind", "webhook")
    assert told["webhook"] == webhook["id"] and "500" in told["last_error"] and told["attempts"] >= 2
    table = deployment.tykva("outbox", "list").splitlines()
    assert table[0].split() == ["ID", "KIND", "RECEIVER", "AGE", "STATE", "ATTEMPTS", "NEXT", "ATTEMPT", "LAST", "ERROR"]
    assert any(f"webhook {webhook['id']}" in line for line in table) and any("user anna" in line for line in table)
    # Nothing is done to many at once without a word.
    for answer in ("", "no\n", "y\n"):
        done = deployment.run("outbox", "drop", "--all", "--kind", "mail", stdin=answer)
        assert done.returncode == FAILED and "Drop 2 messages?" in done.stderr, done.stderr
    assert len(waiting(deployment)) == 2
    assert deployment.json("outbox", "retry", "--all", "--kind", "webhook", "--yes")["messages"] <= 1
    assert "dropped 2 messages" in deployment.tykva("outbox", "drop", "--all", "--kind", "mail", stdin="yes\n")
    assert deployment.json("outbox", "drop", "--all", "--yes")["messages"] == 1
    assert deployment.json("outbox", "drop", "--all", "--yes")["messages"] == 0
    assert deployment.json("outbox", "list") == []
    dropped = deployment.audit("--type", "message_dropped")
    assert [one["detail"] for one in dropped] == [{"messages": 2, "kind": "mail"}, {"messages": 1}]
