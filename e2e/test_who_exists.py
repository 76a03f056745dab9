"""P10 of the threat list: no answer tells a guesser who exists, by its words, its headers or its time."""

import re
import time

from deployment import PASSWORD
from guesses import PROXY, guarded, guess, network, person, try_page, visitor  # noqa: F401
from mail_servers import Mailbox, parsed
from processes import wait_until

# What differs from answer to answer anyhow.
VARYING = ("Date", "X-Request-Id", "Content-Length", "Set-Cookie", "Retry-After")


def sanitised(page, name):
    text = re.sub(r"\d+ (s|min)\b", "WHILE", page.text.replace(name, "NAME"))
    return re.sub(r'name="form" value="[^"]*"', "FORM", text)


def test_no_text_and_no_header_tells_who_exists(guarded, person):
    kinds = []
    for name in (person, "nobody-at-all"):
        address = network()
        heard = []
        made = visitor(guarded, name, address)
        for number in range(6):
            if number == 5:
                guarded.deployment.lengthen_pauses()
            page = try_page(made, "wrong")
            headers = {key: key in VARYING or value for key, value in page.response.headers.items()}
            heard.append((page.status, sanitised(page, name), headers))
        answers = [guess(guarded, name, address=network()) for _ in range(3)]
        heard += [(answer.status_code, answer.text) for answer in answers]
        kinds.append(heard)
    assert kinds[0] == kinds[1]
    assert [status for status, *_ in kinds[0]] == [422] * 5 + [429] + [400] * 3


def test_no_time_tells_who_exists(guarded, person):
    """Each attempt from a network of its own, alternating; the fastest differ by far less than a hash takes."""
    times = {person: [], "nobody-at-all-2": []}
    for _ in range(12):
        for name, taken in times.items():
            began = time.perf_counter()
            answer = guess(guarded, name, address=network())
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 400
    known, unknown = map(min, times.values())
    assert abs(known - unknown) < 0.5 * max(known, unknown), (known, unknown)


def test_a_request_for_a_new_password_tells_nothing_and_is_bounded(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    with Mailbox() as mailbox:
        mail = {"TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example"}
        made.add_user("maria", "--email", "maria@example.com", "--email-verified")
        with made.serve(*PROXY, environment=mail) as running:
            def ask(name, address):
                browser = visitor(running, name, address)
                page = browser.open(f"{running.issuer}/password/forgot")
                began = time.perf_counter()
                answer = browser.submit(page, {"username": name})
                return answer, time.perf_counter() - began

            texts, times = set(), {"maria": [], "nobody": []}
            for _ in range(8):
                for name in times:
                    answer, taken = ask(name, network())
                    assert answer.status == 200
                    texts.add(sanitised(answer, name))
                    times[name].append(taken)
            assert len(texts) == 1
            known, unknown = map(min, times.values())
            assert abs(known - unknown) < max(0.05, 0.5 * max(known, unknown)), (known, unknown)
            wait_until(lambda: mailbox.messages, 15, "the message")
            address = network()
            statuses = [ask(f"name-{number}", address)[0].status for number in range(22)]
            assert statuses[:20] == [200] * 20 and 429 in statuses[20:], statuses
            sent = {parsed(envelope.content)["Message-ID"] for envelope in mailbox.messages}
            assert len(sent) == 1, "one in ten minutes"


def test_when_the_store_does_not_take_the_failure_nobody_hears_whether_it_was_wrong(prepared_provider, tmp_path):
    made = type(prepared_provider).copy(prepared_provider, tmp_path / "own")
    with made.serve(*PROXY) as running:
        assert guess(running, "anna", PASSWORD).status_code == 200
        # The table is away: for a sign-in as for a failure the store has trouble.
        made.execute("ALTER TABLE guess RENAME TO away")
        for password in (PASSWORD, "wrong"):
            answer = guess(running, "anna", password)
            assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        made.execute("ALTER TABLE away RENAME TO guess")
        assert guess(running, "anna", PASSWORD).status_code == 200
