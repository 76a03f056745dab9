"""The commands about webhooks: what they take and refuse, a new secret, and what a test event says of a receiver."""

import datetime
import re
import time

import pytest
from standardwebhooks import WebhookVerificationError

from processes import free_port
from test_webhooks import DONE, FAILED, USAGE, add, arrived, outbox, show
from webhook_receivers import Receiver, endless, redirect, verified


def test_a_new_secret_signs_beside_the_old_one(deployment):
    with Receiver() as receiver:
        webhook = add(deployment, receiver, "/hook", "--event", "sign_in_succeeded")
        new = deployment.json("webhook", "secret", webhook["id"])["secret"]
        assert new != webhook["secret"] and re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", new)
        with deployment.serve() as server:
            server.sign_in()
            delivery = arrived(receiver)[0]
        assert len(delivery.headers["webhook-signature"].split(" ")) == 2
        for secret in (webhook["secret"], new):
            verified(delivery, secret)
        newest = deployment.json("webhook", "secret", webhook["id"])["secret"]
        deployment.tykva("webhook", "test", webhook["id"])
        delivery = receiver.at(type="webhook_test")[0]
        for secret in (new, newest):
            verified(delivery, secret)
        with pytest.raises(WebhookVerificationError):
            verified(delivery, webhook["secret"])
        until = datetime.datetime.fromisoformat(show(deployment, webhook)["old_secret_until"])
        assert abs(until.timestamp() - time.time() - 24 * 3600) < 120
        assert len(deployment.audit("--type", "webhook_secret_changed")) == 2


def test_a_test_says_what_became_of_it(deployment, authority, tmp_path):
    authority.issue(tmp_path / "server.pem", tmp_path / "server.key")
    with Receiver(refusing=400, broken=500, gone=410, moved=redirect, talking=endless) as receiver, \
            Receiver((tmp_path / "server.pem", tmp_path / "server.key")) as secure:
        good = add(deployment, receiver)
        with deployment.serve() as server:
            # The issuer is on loopback, so loopback may be named.
            answer = deployment.json("webhook", "test", good["id"])
            delivery = receiver.at(type="webhook_test")[0]
            assert verified(delivery, good["secret"])["data"]["detail"] == {"webhook": good["id"]}
            assert delivery.headers["webhook-id"] == answer["event"]
            assert server.stop() == 0
        talking = add(deployment, receiver, "/talking")
        assert deployment.run("webhook", "test", talking["id"]).returncode == DONE
        assert receiver.at("/hook", "webhook_test") == [delivery], "other webhooks hear nothing of a test"
        for path, words in [("/refusing", "it answered 400"), ("/broken", "it answered 500"), ("/gone", "410"),
                            ("/moved", "it answered 302")]:
            done = deployment.run("webhook", "test", add(deployment, receiver, path)["id"])
            assert done.returncode == FAILED and words in done.stderr, done.stderr
        assert receiver.at("/hook", "webhook_test") == [delivery], "a redirect is not followed"
        for url, words in [
                (secure.url(), ""), (f"http://127.0.0.1:{free_port()}/", ""),
                ("https://10.255.255.1/x", "its address is private"),
                ("https://169.254.169.254/x", "its address is private or reserved"),
                ("https://[::ffff:10.0.0.1]/x", "private or reserved")]:
            done = deployment.run("webhook", "test", add(deployment, url)["id"])
            assert done.returncode == FAILED and words in done.stderr, (url, done.stderr)
            assert len(done.stderr.splitlines()) == 1 and "/x" not in done.stderr
        assert not secure.deliveries
        assert len(deployment.audit("--type", "webhook_test")) == 11


@pytest.mark.engine("sqlite", "standard input is not the store's")
def test_a_url_with_a_secret_is_given_by_standard_input(deployment):
    url = "https://hooks.example/x?key=geheim"
    added = deployment.json("webhook", "add", "--url-stdin", stdin=url + "\n")
    assert show(deployment, added)["url"] == url
    for arguments, stdin, code in [
            (["--url-stdin", url], url, USAGE), ([], url, USAGE), (["--url-stdin"], "", FAILED),
            (["--url-stdin"], "ftp://hooks.example/geheim\n", FAILED),
            (["--url-stdin"], "https://a/" + "x" * 600, FAILED)]:
        done = deployment.run("webhook", "add", *arguments, stdin=stdin)
        assert done.returncode == code and "geheim" not in done.stdout, done
    assert len(deployment.json("webhook", "list")) == 1


@pytest.mark.engine("sqlite", "addresses are not the store's")
def test_private_addresses_need_the_operators_word(deployment):
    with Receiver() as receiver:
        # No issuer is known before the first start, so that of nobody is on loopback.
        refused = add(deployment, receiver)
        allowed = add(deployment, receiver, "/allowed", "--allow-private")
        assert "its address is private" in deployment.run("webhook", "test", refused["id"]).stderr
        assert not receiver.deliveries
        assert deployment.run("webhook", "test", allowed["id"]).returncode == DONE
        never = add(deployment, "https://169.254.169.254/", "--allow-private")
        assert "private or reserved" in deployment.run("webhook", "test", never["id"]).stderr


def test_a_removed_one_hears_nothing_more(deployment):
    with Receiver(hook=500) as receiver:
        webhook = add(deployment, receiver)
        with deployment.serve() as server:
            server.sign_in()
            arrived(receiver, type="sign_in_succeeded")
            deployment.tykva("webhook", "remove", webhook["id"])
            assert outbox(deployment) == []
            server.sign_in()
            assert outbox(deployment) == []
            assert deployment.run("webhook", "show", webhook["id"]).returncode == FAILED
            assert deployment.run("webhook", "remove", webhook["id"]).returncode == FAILED


@pytest.mark.engine("sqlite", "a bound of the command")
def test_there_is_room_for_sixteen(deployment):
    for number in range(16):
        add(deployment, f"https://hooks.example/{number}")
    done = deployment.run("webhook", "add", "https://hooks.example/17")
    assert done.returncode == FAILED and "no room" in done.stderr
