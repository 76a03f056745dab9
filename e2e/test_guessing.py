"""P10 of the threat list: guessing at passwords of one account or many, who is held up by it, and who is not."""

import concurrent.futures
import math
import re
import secrets
import time

from deployment import PASSWORD
from guesses import PROXY, guarded, guess, network, person, try_page, visitor  # noqa: F401
from processes import PATIENCE, free_port, wait_until
from visitor import Visitor

HOUR = 3600


def assert_held_up(answer, longest):
    assert answer.status_code == 429, (answer.status_code, answer.text)
    assert answer.json()["error"] == "temporarily_unavailable"
    seconds = answer.headers["Retry-After"]
    assert re.fullmatch("[1-9][0-9]*", seconds) and int(seconds) <= longest, seconds
    return int(seconds)


def lock_out(server, name):
    """Wrong passwords from many networks, until the account itself is held up."""
    for _ in range(6):
        address = network()
        for _ in range(5):
            assert guess(server, name, address=address).status_code == 400
    server.deployment.lengthen_pauses()
    assert_held_up(guess(server, name, address=network()), HOUR)


def test_brute_force_on_one_account_ends_before_it_begins(guarded, person):
    address = network()
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: guess(guarded, person, f"guess {number}", address), range(100)))
    looked_at = [answer for answer in answers if answer.status_code == 400]
    # A second, two more, four more and so on may have passed.
    pauses = int(math.log2(time.monotonic() - began + 1))
    assert 5 <= len(looked_at) <= 5 + pauses, "five are free"
    for answer in answers:
        if answer not in looked_at:
            # What fails while somebody reads the record may count twice in their answer: each guess at most.
            assert_held_up(answer, 2 ** (2 * len(looked_at) - 5) + 1)
    wait_until(lambda: guess(guarded, person, PASSWORD, address).status_code == 200, 2, "its owner is not kept out")


def test_one_password_on_many_accounts_ends_after_a_hundred(guarded):
    address = network()

    def spray(number):
        return guess(guarded, f"somebody-{number}", "Winter 2026 is here", address)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(spray, range(95))} == {400}
    answers = [spray(number) for number in range(95, 105)]
    assert [answer.status_code for answer in answers[:5]] == [400] * 5
    assert_held_up(next(answer for answer in answers[5:] if answer.status_code == 429), 60)
    assert guess(guarded, "somebody-99", address=network()).status_code == 400


def test_a_stranger_keeps_nobody_out_of_their_own_browser(guarded, person):
    own = visitor(guarded, person, network(), PASSWORD)
    assert try_page(own, PASSWORD).path == "/account"
    lock_out(guarded, person)
    stranger = visitor(guarded, person, network())
    page = try_page(stranger, PASSWORD)
    assert page.status == 429 and "A browser in which you have signed in before" in page.text
    fresh = Visitor(guarded, user=person)
    fresh.session.headers["X-Forwarded-For"] = network()
    fresh.session.cookies.set_cookie(next(c for c in own.session.cookies if c.name == "__Host-tykva-device"))
    assert try_page(fresh, PASSWORD).path == "/account", "the device cookie alone is enough"
    forged = visitor(guarded, person, network())
    forged.open(f"{guarded.issuer}/sign-in?to=profile")
    cookie = next(c for c in own.session.cookies if c.name == "__Host-tykva-device")
    cookie.value = secrets.token_urlsafe(32)
    forged.session.cookies.set_cookie(cookie)
    assert try_page(forged, PASSWORD).status == 429


def test_a_lockout_survives_a_kill_and_ends_by_the_operator(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    made.add_user("ivan")
    with made.serve(*PROXY) as first:
        own = visitor(first, "ivan", network(), PASSWORD)
        assert try_page(own, PASSWORD).path == "/account"
        for _ in range(6):
            address = network()
            for _ in range(5):
                assert guess(first, "ivan", address=address).status_code == 400
        held = network()
        wrong = {"client_id": "web", "client_secret": "wrong", "grant_type": "refresh_token", "refresh_token": "x"}
        for _ in range(50):
            assert first.post("/token", wrong, headers={"X-Forwarded-For": held}).status_code == 401
        first.kill()
    with made.serve(*PROXY, port=first.port) as second:
        right = wrong | {"client_secret": made.secrets["web"]}
        # Both pauses of a second are over after a start; the next failures make them longer.
        for expected in (1, 2, 4):
            while (answer := guess(second, "ivan", address=network())).status_code == 429:
                assert_held_up(answer, expected)
                time.sleep(0.05)
            assert answer.status_code == 400
        made.lengthen_pauses()
        # One wrong secret may have been forgotten meanwhile: it is one a minute.
        answers = [second.post("/token", wrong, headers={"X-Forwarded-For": held}) for _ in range(5)]
        assert_held_up(answers[-1], 60)
        assert second.post("/token", right, headers={"X-Forwarded-For": held}).status_code == 400, "not kept out"
        assert guess(second, "ivan", PASSWORD, network()).status_code == 429
        own.server = second
        own.session.cookies.clear(name="__Host-tykva-session", domain="127.0.0.1", path="/")
        assert try_page(own, PASSWORD).path == "/account"
        shown = made.json("user", "show", "ivan")
        assert shown["held_up_until"] and not shown["held_up_in_own_browser_until"]
        assert "held up" in made.tykva("user", "show", "ivan")
        made.tykva("user", "unlock", "ivan")
        assert made.json("user", "show", "ivan")["held_up_until"] is None
        assert guess(second, "ivan", PASSWORD, network()).status_code == 200
        assert [event["type"] for event in made.audit("--user", "ivan", "--type", "lockout_ended")] == ["lockout_ended"]
        again = made.run("user", "unlock", "ivan")
        assert (again.returncode, "nothing holds" in again.stderr) == (1, True)


def test_a_header_of_who_is_no_proxy_names_nobody(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    settings = {"TYKVA_UNLIMITED_NETWORKS": "off", "TYKVA_REQUESTS_PER_SECOND": "2"}
    with made.serve(environment=settings) as running:
        assert [guess(running, "nobody", address=network()).status_code for _ in range(5)] == [400] * 5
        made.lengthen_pauses()
        assert guess(running, "nobody", address=network()).status_code == 429

        def limited(_):
            return running.get("/sign-in", headers={"X-Forwarded-For": network(), "Accept": "text/html"})

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            limited = next(answer for answer in pool.map(limited, range(200)) if answer.status_code != 200)
        assert limited.status_code == 429 and "Too many requests" in limited.text
        assert int(limited.headers["Retry-After"]) >= 1
        assert running.get("/health/ready").status_code == 200


def test_a_proxy_that_is_not_named_is_told_of(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    issuer = "https://auth.example.com"

    def remarks(running, text):
        return [line["level"] for line in running.log() if text in line["message"]]

    with made.serve("--issuer", issuer, issuer=issuer) as running:
        assert remarks(running, "behind_proxy must name it") == ["warning"]
        assert not remarks(running, "X-Forwarded-For is passed over")
        for _ in range(3):
            running.get("/sign-in", headers={"X-Forwarded-For": network()})
        wait_until(lambda: remarks(running, "X-Forwarded-For is passed over"), 10, "the line")
        assert remarks(running, "X-Forwarded-For is passed over") == ["warning"], "once"
    with made.serve(*PROXY, "--issuer", issuer, issuer=issuer, name="behind") as running:
        running.get("/sign-in", headers={"X-Forwarded-For": network()})
        assert not remarks(running, "behind_proxy must name it") and not remarks(running, "passed over")


def test_refusals_are_counted_by_what_is_counted(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    port = free_port()
    with made.serve(*PROXY, environment={"TYKVA_METRICS_LISTEN": f"127.0.0.1:{port}"}) as running:
        for _ in range(5):
            guess(running, "anna")
        made.lengthen_pauses()
        guess(running, "anna")
        text = running.session.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
        assert 'tykva_guesses_refused_total{by="account"} 1' in text
