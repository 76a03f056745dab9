"""What other people's texts can do to somebody at a browser: nothing, they stay texts (threat P13)."""

import urllib.parse

import pytest

from test_browser_other_sites import signed_in

SCRIPTS = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    # A quotation mark with an accent on it ends an attribute all the same.
    "x\"\u0301 autofocus onfocus=\"document.title='owned'\" '\u0301",
    "{{title}}{{{title}}}<!-- </title><svg onload=alert(1)>",
    "javascript:alert(1)",
]


def owned(person):
    """Whether a text became markup."""
    markup = "main script, main img, main [onload], main [onerror], main [onfocus]"
    return person.page.title() == "owned" or person.page.locator(markup).count()


@pytest.mark.parametrize("text", SCRIPTS)
def test_p13_login_hint_and_state_are_texts(site, application, person, text):
    person.opens(application.request(site, "shop", login_hint=text, state=text, ui_locales=text).url)
    assert person.page.locator("#username").input_value() == text
    assert not owned(person)
    person.signs_in(text, "no password")
    assert person.page.locator("#username").input_value() == text
    assert person.problem and not owned(person)
    asked = application.request(site, "shop", state=text, response_mode="form_post")
    person.opens(asked.url)
    person.signs_in()
    asked.tokens(person)


@pytest.mark.parametrize("text", SCRIPTS[:4])
def test_p13_names_of_people_and_applications_are_texts(site, application, person, new_user, text):
    name = new_user("--display-name", text)
    client = name.replace("person", "client")
    site.deployment.add_client(
        client, "--public", "--name", text, "--redirect-uri", application.callback, "--scope", "openid", "--scope",
        "profile", "--scope", "offline_access")
    asked = application.request(site, client, scope="openid profile offline_access")
    person.opens(asked.url)
    assert text in person.page.locator("main").inner_text() and not owned(person)
    person.signs_in(name)
    assert person.page.locator("main").inner_text().count(text) >= 2 and not owned(person)
    person.presses("Allow")
    asked.tokens(person)
    person.opens(application.request(site, client, prompt="select_account").url)
    assert person.page.locator("main").inner_text().count(text) >= 2 and not owned(person)
    person.opens(f"{site.url}/logout?client_id={client}")
    assert text in person.page.locator("main").inner_text() and not owned(person)
    for path in ("/account", "/account/sessions", "/account/consents"):
        person.opens(site.url + path)
        assert text in person.page.locator("body").inner_text() and not owned(person)


@pytest.mark.parametrize("text", SCRIPTS[:3])
def test_p13_errors_do_not_repeat_what_was_sent(site, application, person, text):
    quoted = urllib.parse.quote(text)
    for address in (
        f"/authorize?client_id={quoted}", f"/authorize?client_id=shop&redirect_uri={quoted}", f"/{quoted}",
        f"/sign-in?client_id={quoted}", f"/sign-in?error={quoted}", f"/consent?{quoted}", f"/logout?client_id={quoted}",
        f"/logout?post_logout_redirect_uri={quoted}", f"/logout?id_token_hint={quoted}", f"/logout?state={quoted}",
        f"/authorize?client_id=shop&request_uri={quoted}", f"/assets/{quoted}",
    ):
        person.opens(site.url + address)
        assert not owned(person), address
        assert text not in person.page.locator("body").inner_text(), address
    refused = application.request(site, "shop", scope=text, response_type=text, response_mode="form_post")
    person.opens(refused.url)
    assert "error" in refused.answer(person)


def test_p13_a_user_agent_is_a_text(site, new_person, new_user):
    agent = f"Mozilla/5.0 {SCRIPTS[0]} Firefox/{SCRIPTS[1]}"
    person = signed_in(new_person(user_agent=agent), site, new_user())
    person.opens(f"{site.url}/account/sessions")
    assert not owned(person)
