"""A person makes an account for themselves, in a browser: each page looked at, and the way from one to the next."""

import re
import secrets

import pytest

from deployment import Deployment
from mail_servers import Mailbox, parsed
from processes import wait_until

pytestmark = pytest.mark.engine("sqlite", "pages look the same on both")
NEW = "a lantern in the old orchard"


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def site(prepared, application, mailbox, tmp_path_factory):
    made = Deployment.copy(prepared, tmp_path_factory.mktemp("site"))
    made.add_client(
        "shop", "--public", "--first-party", "--name", "Pumpkin Shop", "--redirect-uri", application.callback,
        "--scope", "openid", "--scope", "profile")
    settings = {
        "TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example.com",
        "TYKVA_REGISTRATION": "on",
    }
    with made.serve(environment=settings) as running:
        yield running


def link(mailbox, address):
    def letters():
        return [parsed(envelope.content) for envelope in mailbox.messages if envelope.rcpt_tos == [address]]

    wait_until(letters, 15, "the letter")
    return re.search(r"^http\S+\?link=\S+", letters()[0].get_body(("plain",)).get_content(), re.MULTILINE).group()


def fill_in(person, **fields):
    for field, value in fields.items():
        person.page.locator(f"#{field}").fill(value)
    person.page.locator("main form button").click()


def test_a_person_makes_an_account(site, application, mailbox, reader, looks):
    address = f"mirela-{secrets.token_hex(4)}@example.com"
    asked = application.request(site, "shop")
    reader.opens(asked.url)
    assert reader.page.locator("a[href='/password/forgot']").is_visible()
    looks("sign-in-register")
    reader.page.locator("a[href^='/register']").click()
    assert "Pumpkin Shop" in reader.page.locator("main").inner_text()
    assert not reader.page.locator("input[type=password]").count()
    looks("register")
    fill_in(reader, email=address, name="Mirela \u202e")
    assert reader.problem
    assert reader.page.locator("#name").get_attribute("aria-invalid") == "true"
    looks("register-wrong")
    fill_in(reader, email=address, name="Mirela Zucca")
    looks("registration-sent")

    reader.opens(link(mailbox, address))
    assert address in reader.page.locator("main").inner_text()
    assert reader.page.evaluate("document.activeElement.id") == "new"
    looks("register-password")
    reader.page.locator("#new").fill("abcabcabc")
    assert reader.page.locator("#strength").inner_text(), "the hint"
    looks("register-password-typed")
    fill_in(reader, new=NEW, repeated=NEW + " and more")
    assert reader.problem
    looks("register-password-wrong")
    fill_in(reader, new=NEW, repeated=NEW)
    looks("registered")
    reader.page.locator("main a").click()
    reader.signs_in(address, NEW)
    tokens = asked.tokens(reader)
    assert tokens["id_token"]
