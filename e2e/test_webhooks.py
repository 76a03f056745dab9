"""Webhooks: what receivers are told, by the library of Standard Webhooks' authors; and receivers that misbehave."""

import json
import subprocess
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from deployment import PASSWORD
from middleman import Mute
from processes import free_port, wait_until
from webhook_receivers import Receiver, hang, verified

DONE, FAILED, USAGE = 0, 1, 2
# Where the authorities of the system stand.
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
WRONG = "a wrong pass phrase of somebody"


def add(deployment, receiver, path="/hook", *arguments):
    url = receiver if isinstance(receiver, str) else receiver.url(path)
    return deployment.json("webhook", "add", url, *arguments)


def show(deployment, webhook):
    return deployment.json("webhook", "show", webhook["id"])


def arrived(receiver, path="/hook", type=None, count=1, seconds=15):
    def enough():
        found = receiver.at(path, type)
        return found if len(found) >= count else None

    return wait_until(enough, seconds, f"{count} of {type or 'anything'} at {path}")


def distinct(deliveries):
    """The body of each event by its id: one that nobody answered in time comes again."""
    return {one.headers["webhook-id"]: one.body for one in deliveries}


def outbox(deployment, *arguments):
    return deployment.json("outbox", "list", "--kind", "webhook", *arguments)


def test_an_event_arrives_signed_and_says_what_happened(deployment):
    with Receiver() as receiver:
        webhook = add(deployment, receiver, "/hook?key=geheim", "--event", "sign_in_failed")
        with deployment.serve() as server:
            assert server.try_sign_in(password=WRONG, agent="Mallory/1").status_code == 400
            delivery = arrived(receiver, "/hook?key=geheim")[0]
            event = deployment.audit("--type", "sign_in_failed")[-1]
            wait_until(lambda: show(deployment, webhook)["last_success_at"], 10, "the success is noted")
            assert server.stop() == 0
            log = server.errors
    said = verified(delivery, webhook["secret"])
    assert said["type"] == "sign_in_failed"
    assert said["timestamp"] == event["at"]
    assert said["data"] == {
        "event_id": event["id"], "user_id": event["user_id"], "client_id": "app", "session_id": None,
        "address": "127.0.0.1", "agent": "Mallory/1", "request_id": event["request_id"], "detail": event["detail"]}
    assert delivery.headers["webhook-id"] == event["id"]
    assert abs(int(delivery.headers["webhook-timestamp"]) - time.time()) < 60
    assert delivery.headers["content-type"] == "application/json"
    for secret in (WRONG, PASSWORD, webhook["secret"]):
        assert secret.encode() not in delivery.body
    # Neither the secret nor the path, which may hold one, is written down.
    for text in (log, json.dumps(outbox(deployment)), json.dumps(deployment.audit())):
        assert webhook["secret"] not in text and "geheim" not in text
    assert webhook["secret"].removeprefix("whsec_") not in deployment.dump()
    assert "secret" not in show(deployment, webhook)


def test_what_was_tampered_with_is_refused(deployment):
    with Receiver() as receiver:
        webhook = add(deployment, receiver)
        with deployment.serve() as server:
            server.sign_in()
            delivery = arrived(receiver, type="sign_in_succeeded")[0]
    assert verified(delivery, webhook["secret"])["type"] == "sign_in_succeeded"
    library = Webhook(webhook["secret"])
    for body, headers in [
            (delivery.body.replace(b"succeeded", b"failed"), {}),
            (delivery.body, {"webhook-id": "e_" + "0" * 32}),
            (delivery.body, {"webhook-timestamp": str(int(delivery.headers["webhook-timestamp"]) + 1)}),
            (delivery.body, {"webhook-signature": "v1," + "A" * 43 + "="})]:
        with pytest.raises(WebhookVerificationError):
            library.verify(body, delivery.headers | headers)


def test_filters_and_what_is_not_told(deployment):
    with Receiver() as receiver:
        add(deployment, receiver, "/all")
        add(deployment, receiver, "/users", "--event", "user_added", "--event", "user_disabled")
        off = add(deployment, receiver, "/off")
        deployment.tykva("webhook", "set", off["id"], "--disable")
        # Written before a server ran, by commands.
        deployment.add_user("carol")
        # A user of a name that is taken: its transaction comes to nothing, and so does its event.
        assert deployment.run("user", "add", "carol", "--password-stdin", stdin=PASSWORD + "\n").returncode == FAILED
        with deployment.serve() as server:
            server.sign_in()
            deployment.tykva("user", "disable", "carol")
            arrived(receiver, "/users", count=2)
            arrived(receiver, "/all", "user_added")
            arrived(receiver, "/all", "user_disabled")
            arrived(receiver, "/all", "sign_in_succeeded")
            time.sleep(1)
            assert len(distinct(receiver.at("/all", "user_added"))) == 1
            types = [json.loads(body)["type"] for body in distinct(receiver.at("/users")).values()]
            assert sorted(types) == ["user_added", "user_disabled"], "in any order"
            # From now on it is told of something else.
            webhook = next(one for one in deployment.json("webhook", "list") if one["url"].endswith("/users"))
            deployment.tykva("webhook", "set", webhook["id"], "--event", "user_enabled")
            assert show(deployment, webhook)["events"] == ["user_enabled"]
            deployment.tykva("user", "enable", "carol")
            arrived(receiver, "/users", "user_enabled")
            deployment.tykva("webhook", "set", off["id"], "--enable", "--all-events")
            server.sign_in()
            arrived(receiver, "/off", "sign_in_succeeded")
            assert len(distinct(receiver.at("/users"))) == 3


def test_a_repetition_has_the_same_id_and_a_time_of_its_own(deployment):
    with Receiver(hook=[500, 503, 204]) as receiver:
        webhook = add(deployment, receiver, "/hook", "--event", "sign_in_succeeded")
        with deployment.serve() as server:
            server.sign_in()
            first, second, third = arrived(receiver, count=3, seconds=40)
            wait_until(lambda: show(deployment, webhook)["last_success_at"], 10, "the success is noted")
            time.sleep(1)
            assert len(receiver.at()) == 3
    assert len({one.headers["webhook-id"] for one in (first, second, third)}) == 1
    assert first.body == second.body == third.body
    times = [int(one.headers["webhook-timestamp"]) for one in (first, second, third)]
    assert times[0] < times[2]
    for delivery in (first, second, third):
        verified(delivery, webhook["secret"])
    seen = show(deployment, webhook)
    assert seen["waiting"] == 0 and seen["last_failure_at"] and seen["last_error"] is None
    assert [one["attempts"] for one in outbox(deployment)] == [3]


def test_receivers_that_hang_or_are_down_delay_nobody(deployment):
    with Receiver(slow=hang) as receiver, Mute() as mute:
        slow = add(deployment, receiver, "/slow")
        silent = add(deployment, f"http://127.0.0.1:{mute.port}/hook")
        down = add(deployment, f"http://127.0.0.1:{free_port()}/hook")
        add(deployment, receiver, "/hook")
        with deployment.serve() as server:
            for _ in range(40):
                server.try_sign_in(password=WRONG, client="nobody")
                server.try_sign_in()
            deployment.add_user("dora")
            arrived(receiver, "/hook", "user_added")
            arrived(receiver, "/hook", "sign_in_succeeded", count=40)
            wait_until(
                lambda: "15 seconds" in (show(deployment, silent)["last_error"] or ""), 40, "the silent one is noted")
            wait_until(lambda: "15 seconds" in (show(deployment, slow)["last_error"] or ""), 40, "and the slow one")
            wait_until(lambda: show(deployment, down)["last_failure_at"], 40, "and the one that is down")
            for webhook in (slow, silent, down):
                assert show(deployment, webhook)["waiting"] >= 40
            # An operator sees what waits, and drops it.
            assert len(outbox(deployment, "--state", "waiting", "--limit", "50")) == 50
            assert server.stop() == 0, "the stop waits for no receiver"


def test_one_that_is_gone_is_disabled_with_an_event(deployment):
    with Receiver(gone=410) as receiver:
        webhook = add(deployment, receiver, "/gone")
        add(deployment, receiver, "/other", "--event", "webhook_disabled")
        with deployment.serve() as server:
            server.sign_in()
            told = json.loads(arrived(receiver, "/other")[0].body)
            assert told["data"]["detail"] == {"webhook": webhook["id"], "by": "receiver"}
            count = len(receiver.at("/gone"))
            seen = show(deployment, webhook)
            assert seen["state"] == "gone" and "410" in seen["last_error"]
            server.sign_in()
            time.sleep(1.5)
            # What waited behind it may have been under way.
            assert len(receiver.at("/gone")) <= count + 16
            wait_until(lambda: not outbox(deployment, "--state", "waiting"), 15, "nothing waits")
            assert [one["type"] for one in deployment.audit("--type", "webhook_disabled")] == ["webhook_disabled"]
            receiver.answers["/gone"] = 200
            deployment.tykva("webhook", "set", webhook["id"], "--enable")
            server.sign_in()
            wait_until(
                lambda: show(deployment, webhook)["state"] == "enabled" and show(deployment, webhook)["given_up"] == 0,
                15, "it takes events again")


@pytest.mark.engine("sqlite", "certificates are not the store's")
def test_the_authorities_of_the_system_decide(deployment, authority, tmp_path):
    files = []
    for number, names in enumerate([None, ["elsewhere.example"]]):
        files.append((tmp_path / f"{number}.pem", tmp_path / f"{number}.key"))
        authority.issue(*files[-1], names)
    wrapper = ["unshare", "-m", "sh", "-c", f'mount --bind {authority.path} {SYSTEM_AUTHORITIES} && exec "$@"', "sh"]
    tried = subprocess.run([*wrapper, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    with Receiver(files[0]) as receiver, Receiver(files[1]) as other:
        by_address = add(deployment, receiver, "/hook")
        by_name = add(deployment, receiver.url("/name").replace("127.0.0.1", "localhost"))
        wrong = add(deployment, other.url().replace("127.0.0.1", "localhost"))
        with deployment.serve(wrapper=wrapper) as server:
            server.sign_in()
            for webhook, path in (by_address, "/hook"), (by_name, "/name"):
                verified(arrived(receiver, path, "sign_in_succeeded")[0], webhook["secret"])
            wait_until(lambda: show(deployment, wrong)["last_failure_at"], 15, "another one's certificate is refused")
            assert not other.deliveries and not show(deployment, wrong)["last_success_at"]
