"""Signing keys that are older than they are, gauges of a server, and commands under its clock."""

import datetime
import json
import subprocess

import requests

from deployment import COMMAND_SECONDS
from processes import binary, clean_environment, free_port, wait_until
from services import series

MINUTE, HOUR, DAY = 60, 3600, 86_400
# docs/keys.md: how long a key is in the set after it has signed last.
RETIREMENT = 68 * MINUTE
# A node looks every 5 s; the machine may be busy.
SOON = 90
INSTANTS = ("published_at", "active_at", "retiring_at", "gone_at", "rotation_asked_at", "revoked_at")


def instant(text):
    """Seconds since 1970, of a time as the command line writes it."""
    return datetime.datetime.fromisoformat(text).timestamp()


def between(first, second):
    """Seconds between two such times, to the millisecond."""
    return round(instant(second) - instant(first), 3)


def to_the_second(text):
    """As sentences and tables write a time that JSON has to the millisecond."""
    return text[:19] + "Z"


def age(deployment, seconds):
    """For the keys so much time passes at once: on either engine, whatever clock counts."""
    change(deployment, ", ".join(f"{name} = {name} - {round(seconds * 1000)}" for name in INSTANTS))


def change(deployment, what, where="1 = 1"):
    """Changes rows of keys behind the servers' backs, and tells nodes that something has changed."""
    deployment.execute(f"UPDATE signing_key SET {what} WHERE {where}")
    deployment.execute("UPDATE change SET number = number + 1")


def listed(deployment, run=None):
    """`tykva key list`, by kid."""
    return {key["kid"]: key for key in (run or deployment.json)("key", "list")}


def in_state(keys, state):
    return [kid for kid, key in keys.items() if key["state"] == state]


def audited(deployment, *types):
    """The events of keys, of all types or of some, with the kid of each. Those of one change are in any order."""
    return [(event["type"], event["detail"]["kid"]) for event in deployment.audit()
            if event["type"].startswith("key_") and (not types or event["type"] in types)]


class Gauges:
    """What a server says of the key that signs."""

    def __init__(self):
        self.port = free_port()
        self.environment = {"TYKVA_METRICS_LISTEN": f"127.0.0.1:{self.port}"}

    def read(self):
        """How old it is, and how long until the next change."""
        with requests.Session() as session:
            session.trust_env = False
            found = series(session.get(f"http://127.0.0.1:{self.port}/metrics", timeout=30).text)
        return found.get("tykva_signing_key_age_seconds"), found.get("tykva_signing_key_next_change_seconds")

    def wait_for(self, condition, what):
        def look():
            found = self.read()
            return found if None not in found and condition(*found) else None

        return wait_until(look, SOON, what)


def under(clock, deployment):
    """Commands with a server's clock: `json` of a deployment. Through `env`, as clocks.py says."""
    def run(*arguments):
        command = [*clock.options["wrapper"], binary("tykva"), *arguments, "--output", "json", *deployment.store]
        done = subprocess.run(
            [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=COMMAND_SECONDS, cwd=deployment.folder,
            env=clean_environment(deployment.environment | clock.options["environment"]))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
