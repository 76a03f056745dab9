"""A long outbox drains, and refreshes do not notice.

TYKVA_OUTBOX_MESSAGES=100000 makes it as long as docs/performance.md has it; the figures are printed (pytest -s).
"""

import os
import statistics
import time

import pytest

from mail_servers import Mailbox
from outbox_rows import fill_with_events, fill_with_mails, undelivered
from webhook_receivers import Receiver

COUNT = int(os.environ.get("TYKVA_OUTBOX_MESSAGES", "2000"))
# Of a debug build beside the receiver, a Python program, on two cores.
PER_SECOND = 25
BASELINE_SECONDS = 5
pytestmark = [
    pytest.mark.engine("sqlite", "the rows are put into the file by hand"),
    pytest.mark.timeout(600 + COUNT // PER_SECOND)]


class Refreshes:
    """A person who refreshes steadily, and how long each answer took."""

    def __init__(self, server):
        self.server = server
        self.token = server.sign_in()["refresh_token"]

    def go_on(self, is_over):
        """50 a second at most."""
        seconds = []
        while not is_over():
            start = time.monotonic()
            self.token = self.server.refreshed(self.token)["refresh_token"]
            seconds.append(time.monotonic() - start)
            time.sleep(max(0, 0.02 - seconds[-1]))
        return seconds


def told(seconds):
    cuts = statistics.quantiles(seconds, n=100)
    return f"{len(seconds)} refreshes, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"


def resident(server):
    """Megabytes."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def cpu_seconds(server):
    with open(f"/proc/{server.pid}/stat") as stat:
        return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def baseline(deployment, environment):
    """Returns the seconds of refreshes, and the port."""
    with deployment.serve(environment=environment) as server:
        end = time.monotonic() + BASELINE_SECONDS
        seconds = Refreshes(server).go_on(lambda: time.monotonic() > end)
        print(f"\nempty outbox: {told(seconds)}, {resident(server)} MB")
        assert server.stop() == 0
        return seconds, server.port


def drain(deployment, environment, port, arrived):
    """Returns the seconds of the refreshes meanwhile."""
    with deployment.serve(environment=environment, port=port) as server:
        refreshes = Refreshes(server)
        start, first, peak, cpu = time.monotonic(), arrived(), 0, cpu_seconds(server)
        looked = [0.0, 0]

        def is_over():
            nonlocal peak
            if time.monotonic() - looked[0] > 1:
                looked[:] = time.monotonic(), undelivered(deployment)
                peak = max(peak, resident(server))
            assert time.monotonic() - start < 300 + COUNT / PER_SECOND, f"{looked[1]} of {COUNT} are left"
            return time.monotonic() - start > 2 and looked[1] == 0

        seconds = refreshes.go_on(is_over)
        rate = (arrived() - first) / (time.monotonic() - start)
        cpu = (cpu_seconds(server) - cpu) / COUNT * 1000
        print(f"{COUNT} messages: {rate:.0f} a second; {told(seconds)}, {peak} MB at most, {cpu:.1f} ms of CPU a message")
        return seconds


def assert_not_slowed(empty, busy):
    """Generously: the receiver and this program share two cores with the server."""
    at = [statistics.median(seconds) for seconds in (empty, busy)]
    assert at[1] < 0.25 + 3 * at[0], at


def test_mails(deployment):
    with Mailbox() as mailbox:
        settings = {"TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example"}
        empty, port = baseline(deployment, settings)
        fill_with_mails(deployment, COUNT)
        busy = drain(deployment, settings, port, lambda: len(mailbox.messages))
        addresses = [envelope.rcpt_tos[0] for envelope in mailbox.messages]
    assert len(addresses) == len(set(addresses)) == COUNT, "each once"
    assert_not_slowed(empty, busy)


def test_webhooks(deployment):
    with Receiver() as receiver:
        webhook = deployment.json("webhook", "add", receiver.url(), "--event", "sign_in_failed")
        empty, port = baseline(deployment, {})
        fill_with_events(deployment, COUNT, webhook["id"])
        busy = drain(deployment, {}, port, lambda: len(receiver.deliveries))
        ids = [delivery.headers["webhook-id"] for delivery in receiver.deliveries]
    assert len(ids) == len(set(ids)) == COUNT, "each once"
    assert_not_slowed(empty, busy)
