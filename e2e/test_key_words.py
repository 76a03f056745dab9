"""What the commands about signing keys say: `list`, `rotate`, `revoke`, and the events that they leave."""

import subprocess

import pytest

from key_ages import (
    DAY, HOUR, MINUTE, RETIREMENT, age, audited, between, in_state, listed)
from key_ages import to_the_second as at

# docs/keys.md: what a service may believe, and what it may not know yet.
MAX_AGE = 300
# How long a node goes on by what it last read when the database does not answer: it may show the key for so long.
TRUST = 60
BELIEVED = MAX_AGE + TRUST
UNKNOWN = 2 * MAX_AGE + 125
PUBLICATION, ROTATION = DAY, 30 * DAY


@pytest.fixture
def keys(deployment):
    """Of a deployment that has rotated once: the old one, the one that signs, and its successor."""
    deployment.tykva("key", "rotate", "--now")
    found = listed(deployment)
    assert len(found) == 3
    return [kid for state in ("retiring", "active", "published") for kid in in_state(found, state)]


def table(deployment):
    """What `key list` shows, by kid: algorithm, state, since, next, tokens until."""
    head, *lines = (line for line in deployment.tykva("key", "list").splitlines() if line)
    assert head.split("  ")[0] == "KID" and head.split()[-4:] == ["SINCE", "NEXT", "TOKENS", "UNTIL"]
    cells = ([cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines)
    return {kid: rest for kid, *rest in cells}


def test_the_list_tells_states_dates_the_next_change_and_until_when_tokens_live(deployment, keys):
    old, active, successor = keys
    found = listed(deployment)
    past, now, future = (found[kid] for kid in keys)
    # Whose key signs, and since when, is one and the same change.
    assert past["since"] == past["retiring_at"] == now["active_at"] == now["since"]
    assert past["active_at"] and abs(between(now["published_at"], now["since"])) < 1
    assert future["since"] == future["published_at"] and 0 <= between(now["since"], future["since"]) < 1
    assert past["next_change_at"] == past["gone_at"] == past["tokens_alive_until"]
    assert between(past["retiring_at"], past["gone_at"]) == RETIREMENT
    assert now["next_change_at"] == future["next_change_at"]
    assert between(now["since"], now["next_change_at"]) == ROTATION
    assert now["tokens_alive_until"] is now["retiring_at"] is now["gone_at"] is None
    assert future["tokens_alive_until"] is future["active_at"] is None
    assert not any(key["revoked_at"] for key in (past, now, future))
    assert table(deployment) == {
        old: ["ES256", "retiring", at(past["since"]), "goes " + at(past["gone_at"]), at(past["gone_at"])],
        active: ["ES256", "active", at(now["since"]), "retires " + at(now["next_change_at"]), "it signs"],
        successor: ["ES256", "published", at(future["since"]), "signs " + at(now["next_change_at"]), "-"]}
    # Sooner, when it is asked for; and not again.
    age(deployment, HOUR)
    assert deployment.json("key", "rotate")["done"] is False
    sooner = listed(deployment)
    assert between(sooner[successor]["published_at"], sooner[successor]["next_change_at"]) == PUBLICATION
    assert sooner[active]["next_change_at"] == sooner[successor]["next_change_at"]
    # Out by its time, and by an operator's word.
    age(deployment, RETIREMENT)
    revoked = deployment.json("key", "revoke", active)
    found = listed(deployment)
    past, now = found[old], found[active]
    assert past["state"] == now["state"] == "gone" and past["next_change_at"] is now["next_change_at"] is None
    assert past["since"] == past["gone_at"] == past["tokens_alive_until"]
    assert now["since"] == now["gone_at"] == now["revoked_at"]
    assert now["tokens_alive_until"] == revoked["believed_until"]
    shown = table(deployment)
    assert shown[old] == ["ES256", "gone", at(past["since"]), "-", at(past["gone_at"])]
    assert shown[active] == ["ES256", "revoked", at(now["revoked_at"]), "-", at(revoked["believed_until"])]


def test_a_revocation_says_who_must_refresh_and_until_when_the_key_may_be_believed(deployment, keys):
    old, active, successor = keys
    # First the ones that are not used.
    withdrawn = deployment.json("key", "revoke", successor)
    assert withdrawn["was"] == "published" and withdrawn["active_kid"] == active
    assert withdrawn["signed_since"] is withdrawn["unknown_until"] is None
    retiring = deployment.json("key", "revoke", old)
    found = listed(deployment)
    assert (retiring["was"], retiring["active_kid"], retiring["unknown_until"]) == ("retiring", active, None)
    assert retiring["signed_since"] == found[old]["active_at"]
    (new,) = in_state(found, "published")
    revoked = deployment.json("key", "revoke", active)
    found = listed(deployment)
    assert (revoked["was"], revoked["active_kid"]) == ("active", new) and in_state(found, "active") == [new]
    assert revoked["signed_since"] == found[active]["active_at"]
    # The new one is new: a verifier's copy of the key set may be from before.
    assert between(found[new]["published_at"], revoked["unknown_until"]) == UNKNOWN
    for kid, said in ((successor, withdrawn), (old, retiring), (active, revoked)):
        assert between(found[kid]["revoked_at"], said["believed_until"]) == BELIEVED


def test_a_revocation_says_so_in_words(deployment, keys):
    old, active, successor = keys
    said = deployment.tykva("key", "revoke", active)
    found = listed(deployment)
    since, believed = (at(found[active][name]) for name in ("active_at", "tokens_alive_until"))
    assert f"revoked key {active}, which was active; key {successor} signs now; " in said
    assert f"every session that got a token since {since} must refresh" in said and "no session has ended" in said
    assert f"services may believe the key until {believed}" in said and "one that cannot fetch it for longer" in said
    assert "a service may not know the new key before it has fetched the keys" in said
    assert f"revoked key {old}, which was retiring; every session" in (said := deployment.tykva("key", "revoke", old))
    assert "signs now" not in said and "may not know" not in said
    # One that never signed is in nobody's way.
    (unused,) = in_state(listed(deployment), "published")
    said = deployment.tykva("key", "revoke", unused).strip()
    (following,) = in_state(listed(deployment), "published")
    assert said == f"revoked key {unused}, which was published; key {following} is the successor now"
    # And a successor that was public for long is known to everybody.
    age(deployment, UNKNOWN + MINUTE)
    said = deployment.json("key", "revoke", successor)
    assert said["unknown_until"] is None


def test_a_rotation_at_once_says_who_may_not_know_the_new_key(deployment, keys):
    _, active, successor = keys
    done = deployment.json("key", "rotate", "--now")
    found = listed(deployment)
    assert (done["old_kid"], done["kid"], done["done"]) == (active, successor, True)
    assert done["signs_at"] == found[successor]["active_at"] == found[active]["retiring_at"]
    assert between(found[successor]["published_at"], done["unknown_until"]) == UNKNOWN
    (third,) = in_state(found, "published")
    said = deployment.tykva("key", "rotate", "--now")
    assert said.startswith(f"key {third} (ES256) signs; {successor} retires; it is new: until ")
    assert "a service may refuse its tokens until it has fetched the keys again" in said
    (fourth,) = in_state(listed(deployment), "published")
    age(deployment, UNKNOWN + MINUTE)
    assert deployment.tykva("key", "rotate", "--now").strip() == f"key {fourth} (ES256) signs; {third} retires"
    # Not at once: when it has been public for a day.
    (fifth,) = in_state(listed(deployment), "published")
    waits = deployment.json("key", "rotate")
    assert (waits["kid"], waits["done"], waits["unknown_until"]) == (fifth, False, None)
    assert between(listed(deployment)[fifth]["published_at"], waits["signs_at"]) == PUBLICATION
    said = deployment.tykva("key", "rotate")
    assert said.startswith(f"key {fifth} (ES256) signs from {at(waits['signs_at'])}, when it has been public for long")


def test_what_an_operator_does_is_in_the_audit_log(deployment, keys):
    old, active, successor = keys
    before = len(audited(deployment))
    expected = []

    def assert_left(*events):
        expected.extend(sorted(events))
        found = audited(deployment)[before:]
        assert sorted(found[-len(events):]) == sorted(events) and len(found) == len(expected), found

    deployment.tykva("key", "rotate")
    assert_left(("key_rotation_asked", active))
    # Of another algorithm: the successor is withdrawn for it.
    waits = deployment.json("key", "rotate", "--algorithm", "EdDSA")["kid"]
    assert_left(("key_withdrawn", successor), ("key_added", waits), ("key_rotation_asked", active))
    deployment.tykva("key", "revoke", old)
    assert_left(("key_revoked", old))
    deployment.tykva("key", "revoke", active)
    (next_one,) = in_state(listed(deployment), "published")
    assert_left(("key_revoked", active), ("key_activated", waits), ("key_added", next_one))
    types = {event["type"]: event["detail"] for event in deployment.audit()}
    assert types["key_added"] == {"kid": next_one, "algorithm": "EdDSA"}
    assert types["key_withdrawn"] == {"kid": successor} and types["key_rotation_asked"] == {"kid": active}


def test_an_import_says_what_it_replaces_and_when_it_signs(deployment, keys):
    _, active, successor = keys
    for kind, algorithm in (("P-256", "ES256"), (None, "EdDSA")):
        options = ["EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"] if kind else ["ed25519"]
        made = subprocess.run(["openssl", "genpkey", "-algorithm", *options], check=True, capture_output=True)
        pem = made.stdout.decode()
        said = deployment.run("key", "import", "-", stdin=pem).stdout
        found = listed(deployment)
        (new,) = in_state(found, "published")
        assert said.startswith(f"published key {new} ({algorithm}) as the successor, in the place of {successor}; ")
        assert f"it signs from {at(found[new]['next_change_at'])}" in said
        assert ("ES256 signs until then: every service must accept EdDSA before" in said) == (algorithm == "EdDSA")
        successor = new
    # In an emergency it is what takes over.
    said = deployment.tykva("key", "revoke", active)
    assert f"key {successor} signs now; it signs with another algorithm, EdDSA: a service" in said
