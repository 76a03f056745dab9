"""Accounts and addresses by mail, with a real mail server: registration, invitation, confirmation."""

import re
import secrets
import urllib.parse

import pytest

from deployment import PASSWORD, refused
from mail_servers import Mailbox, parsed
from processes import wait_until
from visitor import Visitor

NEW = "a lantern in the old orchard"
CALLBACK = "http://127.0.0.1:9/callback"
CONFIGURATION, USAGE = 78, 2


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as running:
        yield running


@pytest.fixture
def settings(mailbox):
    return {"TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example.com"}


def new_address():
    return f"nora-{secrets.token_hex(4)}@example.com"


def letters(mailbox, address):
    """Each once, were it to come again."""
    found = [parsed(envelope.content) for envelope in mailbox.messages if envelope.rcpt_tos == [address]]
    return list({mail["Message-ID"]: mail for mail in found}.values())


def link(mailbox, address, path, count=1):
    """The address of the link in the newest of so many letters."""
    wait_until(lambda: len(letters(mailbox, address)) >= count, 15, f"{count} letters to {address}")
    text = letters(mailbox, address)[-1].get_body(("plain",)).get_content()
    return re.search(rf"^http\S+{path}\?link=\S+", text, re.MULTILINE).group()


def test_a_person_makes_an_account_on_the_way_to_an_application(deployment, mailbox, settings):
    deployment.add_client(
        "garden", "--public", "--first-party", "--name", "Garden", "--redirect-uri", CALLBACK, "--scope", "openid")
    address = new_address()
    with deployment.serve(environment=settings | {"TYKVA_REGISTRATION": "on"}) as server:
        asked = urllib.parse.urlencode({
            "client_id": "garden", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", "state": "s",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"})
        person = Visitor(server, user=address, password=NEW)
        page = person.open(f"{server.url}/authorize?{asked}", CALLBACK)
        way = re.search(r'href="(/register\?[^"]+)"', page.text).group(1).replace("&amp;", "&")
        page = person.open(server.url + way)
        assert "Garden" in page.text
        filled = {"email": address, "name": "Nora \u202e<b>"}
        assert person.submit(page, filled).status == 422, "a mark that turns the direction of text"
        page = person.submit(page, filled | {"name": "Nora <b>"})
        assert page.status == 200 and "Look into your mailbox" in page.text
        # The same again for whom there is already; and to nobody's own mailbox twice.
        page = person.submit(person.open(f"{server.url}/register"), filled | {"name": ""})
        assert page.status == 200 and "Look into your mailbox" in page.text
        confirm = link(mailbox, address, "/register/confirm")
        mail = letters(mailbox, address)[0]
        assert all("Nora" not in mail.get_body((kind,)).get_content() for kind in ("plain", "html")), "a stranger's words"
        assert not deployment.audit("--type", "user_registered")
        phone = Visitor(server)
        page = phone.open(confirm)
        assert address in page.text
        assert phone.submit(page, {"new": NEW, "repeated": NEW + "x"}).status == 422
        page = phone.submit(page, {"new": NEW, "repeated": NEW})
        assert page.status == 200 and "Your account is ready" in page.text
        assert phone.open(confirm).status == 410
        onward = re.search(r'href="(/authorize\?[^"]+)"', page.text).group(1).replace("&amp;", "&")
        there = person.go(server.url + onward, CALLBACK)
        assert there.url.startswith(CALLBACK) and there.query["state"] == "s" and there.query["code"]
        assert len(letters(mailbox, address)) == 1
    shown = deployment.json("user", "show", address)
    assert (shown["email_verified"], shown["display_name"], shown["roles"]) == (True, "Nora <b>", [])
    assert [event["type"] for event in deployment.audit("--user", address)][0] == "user_registered"


def test_whoever_registers_an_address_of_somebody_else_has_nothing(deployment, mailbox, settings):
    address, theirs = new_address(), "a password that a stranger chose"
    with deployment.serve(environment=settings | {"TYKVA_REGISTRATION": "on"}) as server:
        stranger = Visitor(server, user=address, password=theirs)
        asked = {"email": address, "name": "You have won", "new": theirs, "repeated": theirs}
        assert stranger.submit(stranger.open(f"{server.url}/register"), asked).status == 200
        confirm = link(mailbox, address, "/register/confirm")
        assert "You have won" not in letters(mailbox, address)[0].as_string()
        assert refused(server.try_sign_in(address, theirs))
        assert deployment.run("user", "show", address).returncode == 1
        owner = Visitor(server, user=address, password=NEW)
        page = owner.submit(owner.open(confirm), {"new": NEW, "repeated": NEW})
        assert "Your account is ready" in page.text and server.sign_in(address, NEW)
        assert refused(server.try_sign_in(address, theirs))
        assert stranger.open(confirm).status == 410
        assert stranger.go(f"{server.url}/account").path == "/sign-in"
        assert owner.go(f"{server.url}/account").path == "/account"
        assert len(letters(mailbox, address)) == 1


def test_registration_without_mail_or_with_bad_domains_does_not_start(deployment):
    for environment, words in (
        ({"TYKVA_REGISTRATION": "on"}, "registration: it needs smtp_url"),
        ({"TYKVA_REGISTRATION": "yes"}, "registration: "),
        ({"TYKVA_REGISTRATION_DOMAINS": "example.com"}, "registration: it is off"),
        ({"TYKVA_REGISTRATION": "on", "TYKVA_REGISTRATION_DOMAINS": "exa mple"}, "registration_domains: "),
    ):
        done = deployment.run("serve", "--listen", "127.0.0.1:9", environment=environment)
        assert done.returncode == CONFIGURATION and words in done.stderr, done.stderr


def test_an_invited_person_chooses_a_password(deployment, mailbox, settings):
    address = new_address()
    with deployment.serve(environment=settings) as server:
        deployment.tykva("user", "add", "nora", "--email", address, "--invite", environment=settings)
        shown = deployment.json("user", "show", "nora")
        assert (shown["has_password"], shown["email_verified"]) == (False, False)
        person = Visitor(server)
        page = person.open(link(mailbox, address, "/password/first"))
        assert "you sign in with this address" in page.text and "signed out" not in page.text
        page = person.submit(page, {"new": NEW, "repeated": NEW})
        assert "Your account is ready" in page.text
        assert server.sign_in(address, NEW)["access_token"], "by the address too, which is proved"
        again = deployment.run("user", "invite", "nora", environment=settings)
        assert again.returncode == 1 and "they have a password already" in again.stderr
    assert "(verified)" in deployment.tykva("user", "show", "nora")


def test_people_are_written_to_in_their_language(deployment, mailbox, settings):
    addresses = [new_address() for _ in range(3)]
    with deployment.serve(environment=settings):
        deployment.tykva(
            "user", "add", "nora", "--email", addresses[0], "--invite", "--language", "ru", environment=settings)
        deployment.tykva("user", "add", "olga", "--email", addresses[1], "--invite", environment=settings)
        deployment.add_user("petra")
        deployment.tykva(
            "user", "set", "petra", "--email", addresses[2], "--language", "ru", environment=settings)
        link(mailbox, addresses[0], "/password/first")
        link(mailbox, addresses[1], "/password/first")
        link(mailbox, addresses[2], "/email/confirm")
        deployment.tykva("user", "set", "olga", "--language", "ru", environment=settings)
        deployment.tykva("user", "invite", "olga", environment=settings)
        link(mailbox, addresses[1], "/password/first", 2)
    greetings = [[mail.get_body(("plain",)).get_content()[:12] for mail in letters(mailbox, address)] for address in addresses]
    assert [[text.startswith("Здравствуйте") for text in texts] for texts in greetings] == [[True], [False, True], [True]]


def test_an_address_is_confirmed_by_its_owner_and_nobody_else(deployment, mailbox, settings):
    address = new_address()
    with deployment.serve(environment=settings) as server:
        deployment.add_user("nora", "--email", address)
        assert "(not verified)" in deployment.tykva("user", "show", "nora")
        assert not letters(mailbox, address), "without a mail server nothing waits"
        deployment.tykva("user", "set", "nora", "--email", "", environment=settings)
        deployment.tykva("user", "set", "nora", "--email", address, environment=settings)
        confirm = link(mailbox, address, "/email/confirm")
        assert Visitor(server).open(confirm).status == 403
        person = Visitor(server, user="nora")
        person.go(f"{server.url}/account")
        asked = Visitor(server)
        asked.submit(asked.open(f"{server.url}/password/forgot"), {"username": "nora"})
        page = person.submit(person.open(confirm))
        assert "Your address is confirmed" in page.text
        assert server.sign_in(address, PASSWORD)["access_token"]
        assert [mail["Subject"] for mail in letters(mailbox, address)] == ["Tykva: confirm your e-mail address"]


@pytest.mark.parametrize("arguments", [
    ("--invite",), ("--email-verified",), ("--email", "a@example.com", "--invite", "--email-verified"),
    ("--email", "a@example.com", "--invite", "--password-stdin"),
])
def test_flags_that_do_not_go_together(deployment, arguments):
    done = deployment.run("user", "add", "nora", *arguments)
    assert done.returncode == USAGE, done.stderr


def test_nobody_is_invited_without_mail(deployment):
    done = deployment.run("user", "add", "nora", "--email", "nora@example.com", "--invite")
    assert done.returncode == CONFIGURATION and "smtp_url is not set" in done.stderr
    assert deployment.run("user", "show", "nora").returncode == 1
    deployment.add_user("nora", "--email", "nora@example.com", "--email-verified")
    assert deployment.json("user", "show", "nora")["email_verified"] is True
    taken = deployment.run("user", "set", "anna", "--email", "Nora@example.com", "--email-verified")
    assert taken.returncode == 1 and "another user's" in taken.stderr
