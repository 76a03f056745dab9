"""The refresh state machine over HTTP: rotation, retry, theft, ends."""

import concurrent.futures
import contextlib
import time

import pytest

import load
from deployment import Deployment, refused
from processes import wait_until

OWNER = "Owner/1.0"
THIEF = "Thief/6.6"


@pytest.fixture(scope="module")
def short_window(prepared, tmp_path_factory):
    """A server whose retry window is one second."""
    deployment = Deployment.copy(prepared, tmp_path_factory.mktemp("short"))
    window = {"TYKVA_RETRY_WINDOW": "1s", "TYKVA_RETRY_WINDOW_OTHER": "0s"}
    with deployment.serve(environment=window) as running:
        yield running


def test_a_refresh_gives_a_new_token_that_gives_the_next(server):
    tokens = server.sign_in()
    seen = {tokens["refresh_token"]}
    for _ in range(5):
        answer = server.refresh(tokens["refresh_token"])
        assert answer.headers["Cache-Control"] == "no-store"
        tokens = answer.json()
        assert tokens["refresh_token"].startswith("tkvr_")
        seen.add(tokens["refresh_token"])
    assert len(seen) == 6


def test_a_repeated_refresh_in_the_window_gets_the_same_token(server):
    first = server.sign_in()["refresh_token"]
    once, again = server.refreshed(first), server.refreshed(first)
    assert once["refresh_token"] == again["refresh_token"]
    assert once["access_token"] != again["access_token"]
    server.refreshed(again["refresh_token"])


def test_fifty_refreshes_at_once_all_get_one_and_the_same_token(server):
    first = server.sign_in(agent="e2e")["refresh_token"]
    exchanges = [load.Exchange(server.port, first) for _ in range(50)]
    answers = load.run(exchanges, rounds=1)
    assert [status for _, status, _ in answers] == [200] * 50
    successors = {body["refresh_token"] for _, _, body in answers}
    assert len(successors) == 1
    for exchange in exchanges:
        exchange.close()
    assert server.refreshed(successors.pop())["refresh_token"] != first


def test_a_late_replay_ends_that_sign_in_and_shows_both_holders(short_window):
    server = short_window
    stolen = server.sign_in(agent=OWNER)["refresh_token"]
    current = server.refreshed(stolen, agent=OWNER)["refresh_token"]
    time.sleep(1.2)
    assert refused(server.refresh(stolen, agent=THIEF))
    assert refused(server.refresh(current, agent=OWNER)), "the owner's token is a pumpkin too"
    assert_theft(server.deployment, "late")


def test_with_a_window_of_zero_another_holder_cannot_retry(short_window):
    stolen = short_window.sign_in(agent=OWNER)["refresh_token"]
    current = short_window.refreshed(stolen, agent=OWNER)["refresh_token"]
    time.sleep(0.05)
    assert refused(short_window.refresh(stolen, agent=THIEF))
    assert refused(short_window.refresh(current, agent=OWNER))


def test_a_stale_replay_ends_the_session_at_once_and_shows_both_holders(server):
    stolen = server.sign_in(agent=OWNER)["refresh_token"]
    current = stolen
    for _ in range(2):
        current = server.refreshed(current, agent=OWNER)["refresh_token"]
    assert refused(server.refresh(stolen, agent=THIEF))
    assert refused(server.refresh(current, agent=OWNER))
    assert_theft(server.deployment, "stale")


def assert_theft(deployment, theft_class):
    """The newest theft in the audit log and the session list tells who held which copy, as JSON and in words."""
    event = deployment.audit("--type", "refresh_theft")[-1]
    assert event["theft"]["class"] == theft_class
    assert (event["theft"]["presented"]["agent"], event["theft"]["current"]["agent"]) == (THIEF, OWNER)
    assert event["theft"]["presented"]["address"] == event["theft"]["current"]["address"] == "127.0.0.1"
    assert event["theft"]["presented"]["at"] > event["theft"]["current"]["at"]
    session = next(found for found in deployment.sessions("anna") if found["id"] == event["session"])
    assert session["thefts"][0]["class"] == theft_class
    assert [family["active"] for family in session["applications"]] == [False]
    assert (session["ended_at"] is not None) == (theft_class == "stale")
    for words in (deployment.tykva("session", "list", "--user", "anna"), deployment.tykva("audit", "--user", "anna")):
        line = next(line for line in words.splitlines() if f"THEFT ({theft_class})" in line and event["session"] in line)
        assert OWNER in line and THIEF in line and "127.0.0.1" in line


def test_a_token_of_another_client_is_refused_and_ends_nothing(server):
    token = server.sign_in()["refresh_token"]
    assert refused(server.refresh(token, client="other-app"))
    server.refreshed(token)


def test_garbage_is_refused_like_everything_else(server):
    good = server.sign_in()["refresh_token"]
    words = set()
    for bad in ("x", "tkvr_", "tkvr_!!", good[:-1], good + "A", good[:-2] + ("AA" if good[-2:] != "AA" else "BB"), "tkvr_" + "A" * 4000):
        answer = server.refresh(bad)
        assert refused(answer), bad
        words.add(answer.json()["error_description"])
    replayed = server.sign_in()["refresh_token"]
    server.post("/revoke", {"token": replayed, "client_id": "app"})
    words.add(server.refresh(replayed).json()["error_description"])
    assert len(words) == 1, "a client cannot tell why"
    server.refreshed(good)


def test_revoking_any_token_of_a_sign_in_ends_it_and_is_no_theft(server):
    thefts = len(server.deployment.audit("--type", "refresh_theft"))
    first = server.sign_in()["refresh_token"]
    second = server.refreshed(first)["refresh_token"]
    assert server.post("/revoke", {"token": first, "client_id": "app"}).status_code == 200
    assert refused(server.refresh(second))
    assert server.post("/revoke", {"token": "tkvr_unknown", "client_id": "app"}).status_code == 200
    assert len(server.deployment.audit("--type", "refresh_theft")) == thefts


def test_another_client_revokes_nothing(server):
    token = server.sign_in()["refresh_token"]
    assert server.post("/revoke", {"token": token, "client_id": "other-app"}).status_code == 200
    server.refreshed(token)


def test_an_access_token_cannot_be_revoked(server):
    token = server.sign_in()["access_token"]
    answer = server.post("/revoke", {"token": token, "client_id": "app"})
    assert refused(answer, "unsupported_token_type")


def test_a_user_disabled_by_the_command_line_is_out_at_once(server):
    token = server.sign_in("boris")["refresh_token"]
    server.deployment.tykva("user", "disable", "boris")
    try:
        assert refused(server.refresh(token))
        assert refused(server.try_sign_in("boris"))
    finally:
        server.deployment.tykva("user", "enable", "boris")
    assert refused(server.refresh(token)), "an end is an end"
    server.refreshed(server.sign_in("boris")["refresh_token"])


def test_p04_a_removed_user_is_out_at_once(server):
    server.deployment.add_user("gone")
    token = server.sign_in("gone")["refresh_token"]
    server.deployment.tykva("user", "remove", "gone")
    assert refused(server.refresh(token))
    server.deployment.add_user("gone")
    assert refused(server.refresh(token)), "another person of the same name"


def test_p04_what_a_client_may_no_longer_have_is_not_in_its_next_token(deployment):
    with deployment.serve() as server:
        first = server.sign_in(scope="orders:read orders:write")["refresh_token"]
        deployment.tykva("client", "set", "app", "--scope", "orders:read")

        def narrowed():
            nonlocal first
            answer = server.refreshed(first)
            first = answer["refresh_token"]
            return answer["scope"] == "orders:read"

        wait_until(narrowed, 10, "the server to hear of the change")
        assert refused(server.refresh(first, scope="orders:write"), "invalid_scope")


def test_a_session_ended_by_the_command_line_is_out_at_once(server):
    ended, other = server.sign_in("boris")["refresh_token"], server.sign_in("anna")["refresh_token"]
    newest = server.deployment.sessions("boris")[0]["id"]
    server.deployment.tykva("session", "end", newest)
    assert refused(server.refresh(ended))
    server.refreshed(other)


def test_a_changed_password_ends_every_session_of_the_user(deployment):
    with deployment.serve() as server:
        tokens = [server.sign_in()["refresh_token"] for _ in range(2)]
        deployment.tykva("user", "password", "anna", "--password-stdin", stdin="an entirely other pass phrase\n")
        assert all(refused(server.refresh(token)) for token in tokens)
        assert refused(server.try_sign_in())
        server.sign_in(password="an entirely other pass phrase")


def test_a_narrower_scope_holds_for_that_answer_only(server):
    first = server.sign_in(scope="orders:read orders:write")["refresh_token"]
    narrow = server.refreshed(first, scope="orders:read")
    assert narrow["scope"] == "orders:read"
    assert set(server.refreshed(narrow["refresh_token"])["scope"].split()) == {"orders:read", "orders:write"}


def test_a_wider_scope_is_refused_and_costs_nothing(server):
    first = server.sign_in(scope="orders:read")["refresh_token"]
    assert refused(server.refresh(first, scope="orders:read orders:write"), "invalid_scope")
    server.refreshed(first)


def test_tokens_outlive_a_restart(deployment):
    with deployment.serve() as server:
        first = server.sign_in()["refresh_token"]
        second = server.refreshed(first)["refresh_token"]
        port = server.port
        assert server.stop() == 0
    with deployment.serve(port=port) as server:
        assert server.refreshed(first)["refresh_token"] == second, "a retry, answered with the same bytes"
        server.refreshed(second)


def test_clients_on_threads_of_their_own_never_lose_a_session(server):
    """Twenty people at twenty connections, each refreshing in turn."""
    # One after another: of one account few passwords are looked at at once.
    tokens = [server.sign_in()["refresh_token"] for _ in range(20)]

    def walk(token):
        with contextlib.closing(server.new_session()) as session:
            for _ in range(10):
                token = server.refreshed(token, session=session)["refresh_token"]
        return token

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(walk, tokens))) == 20
