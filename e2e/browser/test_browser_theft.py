"""A theft from its beginning to its end: the owner and a thief in two browsers, the letter in the mailbox, and a new
password. The mail server is another program, and so are the browsers."""

import re
import secrets
import time

import pytest

from deployment import PASSWORD, Deployment
from mail_servers import Mailbox, parsed
from processes import wait_until

NEW = "a lantern in the old orchard"
THIEF = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
ENDS = ["family", "session", "user"]


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as running:
        yield running


@pytest.fixture(params=ENDS)
def site(request, prepared, application, mailbox, tmp_path):
    made = Deployment.copy(prepared, tmp_path / "site")
    for name in ("shop", "calendar"):
        made.add_client(
            name, "--public", "--first-party", "--name", name.title(), "--redirect-uri", application.callback,
            "--scope", "openid", "--scope", "profile", "--scope", "offline_access")
    settings = {
        "TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example.com",
        "TYKVA_RETRY_WINDOW": "1s", "TYKVA_RETRY_WINDOW_OTHER": "0s",
        "TYKVA_THEFT_LATE": request.param, "TYKVA_THEFT_STALE": request.param,
    }
    with made.serve(environment=settings) as running:
        running.reach = request.param
        yield running


def letters(mailbox, address):
    return [parsed(envelope.content) for envelope in mailbox.messages if envelope.rcpt_tos == [address]]


def letter(mailbox, address, subject):
    found = []

    def arrived():
        found[:] = [mail for mail in letters(mailbox, address) if subject in mail["Subject"]]
        return bool(found)

    wait_until(arrived, 15, f"the letter “{subject}”")
    return found[-1]


def link(mail, path):
    """The address of a link, the same in the text and in the page."""
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    address = re.search(rf"^http\S+{path}\?link=\S+", text, re.MULTILINE).group()
    assert address in page
    return address


def sign_in(person, application, site, name, password=PASSWORD, client="shop"):
    asked = application.request(site, client, scope="openid profile offline_access")
    person.opens(asked.url)
    if person.page.locator("#password").count():
        person.signs_in(name, password)
    return asked.tokens(person)


@pytest.mark.parametrize("first", ["thief", "owner"])
def test_a_theft_from_beginning_to_end(site, application, mailbox, new_person, new_user, first):
    address = f"{first}-{site.reach}-{secrets.token_hex(4)}@example.com"
    name = new_user("--email", address, "--email-verified")
    owner, thief = new_person(), new_person(user_agent=THIEF)
    tokens = sign_in(owner, application, site, name)
    beside = sign_in(owner, application, site, name, client="calendar")
    elsewhere = site.sign_in(name)
    stolen = tokens["refresh_token"]

    # Whoever comes first has the next token; the other one comes too late.
    striker, late = ("thief/1", "owner/1") if first == "thief" else ("owner/1", "thief/1")
    taken = site.refresh(stolen, "shop", agent=striker)
    assert taken.status_code == 200
    time.sleep(1.2)
    assert site.refresh(stolen, "shop", agent=late).status_code == 400
    assert site.refresh(taken.json()["refresh_token"], "shop", agent=striker).status_code == 400, "both are out"
    alive = site.refresh(beside["refresh_token"], "calendar").status_code == 200
    assert alive == (site.reach == "family")
    alive = site.refresh(elsewhere["refresh_token"]).status_code == 200
    assert alive == (site.reach != "user")

    mail = letter(mailbox, address, "your sign-in was copied or repeated")
    text = mail.get_body(("plain",)).get_content()
    assert "Shop" in text and "thief" in text and "owner" in text
    assert stolen not in text and "tkvr_" not in text
    assert mail["Message-ID"] and mail["Auto-Submitted"] == "auto-generated"

    # "This was not me", in the mail program's browser.
    address_of_link = link(mail, "/messages/not-me")
    reader = new_person()
    assert reader.opens(address_of_link).status == 200
    reader.presses("Sign me out everywhere")
    assert reader.heading == "Choose a new password"
    reader.page.locator("#new").fill(NEW)
    reader.page.locator("#repeated").fill(NEW)
    reader.presses("Change password")
    assert reader.heading == "Your password is changed"

    # Everything that was stolen is worthless, and the owner is in again.
    for token, client in ((stolen, "shop"), (beside["refresh_token"], "calendar"), (elsewhere["refresh_token"], "app")):
        assert site.refresh(token, client).status_code == 400
    assert reader.opens(address_of_link).status == 410
    thief.opens(f"{site.url}/account")
    thief.signs_in(name, PASSWORD)
    assert "do not go together" in thief.problem
    owner.opens(f"{site.url}/account/security")
    assert owner.heading == "Sign in"
    owner.signs_in(name, NEW)
    owner.opens(f"{site.url}/account/security")
    assert "your sign-in was copied or repeated" in owner.page.locator("main").inner_text()
    assert "you said that it was not you" in owner.page.locator("main").inner_text()
    again = sign_in(owner, application, site, name, NEW)
    assert site.refresh(again["refresh_token"], "shop").status_code == 200
    # Some letters may come later; none is there twice.
    identifiers = [mail["Message-ID"] for mail in letters(mailbox, address)]
    assert len(identifiers) == len(set(identifiers))
