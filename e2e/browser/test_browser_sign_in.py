"""Signing in as people do it: by keyboard, without scripts, in two tabs, with the back button, with cookies off."""

import re
import urllib.parse

import jwt
import pytest



def subject(tokens):
    return jwt.decode(tokens["id_token"], options={"verify_signature": False})["sub"]


def focused(person):
    """The name of what has the keyboard, when it can be seen that it has."""
    return person.page.evaluate("""() => {
        const element = document.activeElement, style = getComputedStyle(element);
        if (element === document.body) return "the window";
        if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return "unseen: " + element.outerHTML;
        const read = (element.labels?.[0] ?? element).cloneNode(true);
        read.querySelectorAll("[aria-hidden]").forEach(part => part.remove());
        return element.getAttribute("aria-label") ?? read.textContent.trim();
    }""")


def tabs_to(person, name):
    """Presses Tab until the named thing has the focus, as often as a person would."""
    passed = []
    for _ in range(30):
        person.page.keyboard.press("Tab")
        passed.append(focused(person))
        if passed[-1] == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}, only to {passed}")


# MARK: the form

def test_a_wrong_password_is_told_and_the_name_kept(site, application, person):
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.signs_in("anna", "not the password of anna")
    wrong = person.problem
    assert person.page.locator("#username").input_value() == "anna"
    assert person.page.locator("#password").input_value() == ""
    assert person.page.locator("#password").get_attribute("aria-invalid") == "true"
    assert person.page.locator(":focus").get_attribute("id") == "password"
    person.signs_in("nobody-here", "not the password of anna")
    assert person.problem == wrong
    person.signs_in()
    asked.tokens(person)


def test_login_hint_is_filled_in_and_the_password_has_the_focus(site, application, person):
    person.opens(application.request(site, "shop", login_hint="anna").url)
    assert person.page.locator("#username").input_value() == "anna"
    assert person.page.locator(":focus").get_attribute("id") == "password"
    person.opens(application.request(site, "shop").url)
    assert person.page.locator(":focus").get_attribute("id") == "username"


def test_password_managers_know_the_fields(site, person):
    person.opens(f"{site.url}/sign-in")
    assert person.page.locator("#username").get_attribute("autocomplete") == "username"
    assert person.page.locator("#password").get_attribute("autocomplete") == "current-password"


def test_a_double_click_signs_in_once(site, application, person):
    asked = application.request(site, "calendar", scope="openid email")
    person.opens(asked.url)
    person.page.locator("#username").fill("anna")
    person.page.locator("#password").fill("correct horse battery staple")
    person.page.locator("main form button").dblclick()
    person.page.get_by_role("heading", name="Allow access?").wait_for()
    person.page.get_by_role("button", name="Allow", exact=True).dblclick(no_wait_after=True)
    asked.tokens(person)


# MARK: consent and accounts

def test_no_is_told_to_the_application(site, application, person):
    asked = application.request(site, "calendar")
    person.opens(asked.url)
    person.signs_in("boris")
    person.presses("Do not allow")
    assert asked.answer(person)["error"] == "access_denied"


def test_permission_is_asked_for_once_and_again_for_more(site, application, person, new_user):
    first = application.request(site, "calendar", scope="openid profile")
    person.opens(first.url)
    person.signs_in(new_user())
    person.presses("Allow")
    first.tokens(person)
    again = application.request(site, "calendar", scope="openid profile")
    person.opens(again.url)
    again.tokens(person)
    more = application.request(site, "calendar", scope="openid profile email")
    person.opens(more.url)
    assert person.heading == "Allow access?"
    assert "Your e-mail address" in person.page.locator(".permissions").inner_text()


def test_another_account_is_chosen(site, application, person):
    first = application.request(site, "shop")
    person.opens(first.url)
    person.signs_in("anna")
    anna = subject(first.tokens(person))
    same = application.request(site, "shop", prompt="select_account")
    person.opens(same.url)
    assert person.heading == "Choose an account"
    person.page.get_by_role("button", name="Anna").click()
    assert subject(same.tokens(person)) == anna
    other = application.request(site, "shop", prompt="select_account")
    person.opens(other.url)
    person.presses("Use another account")
    person.signs_in("boris")
    assert subject(other.tokens(person)) != anna


def test_the_account_pages_come_after_the_sign_in(site, person):
    person.opens(f"{site.url}/account/sessions")
    person.signs_in()
    assert person.page.url.startswith(f"{site.url}/account")
    person.opens(f"{site.url}/.well-known/change-password")
    assert person.page.url == f"{site.url}/account/password"


# MARK: languages

def test_the_application_s_language_goes_before_the_browser_s(site, application, new_person):
    person = new_person(locale="en-GB")
    asked = application.request(site, "calendar", ui_locales="fr ru-RU en", prompt="consent")
    person.opens(asked.url)
    assert person.heading == "Вход"
    person.signs_in("anna", "not the password of anna")
    assert person.heading == "Вход"
    person.signs_in()
    assert person.heading == "Разрешить доступ?"
    person.presses("Не разрешать")
    assert asked.answer(person)["error"] == "access_denied"


def test_a_language_that_there_is_not_is_english(site, application, new_person):
    person = new_person(locale="de-DE")
    person.opens(application.request(site, "shop", ui_locales="de").url)
    assert person.heading == "Sign in"
    assert person.page.locator("html").get_attribute("lang") == "en"


# MARK: keyboard and scripts

def test_everything_is_done_by_keyboard(site, application, person, new_person, new_user):
    name = new_user("--display-name", "Anna Rossi")
    elsewhere = new_person()
    elsewhere.opens(f"{site.url}/account")
    elsewhere.signs_in(name)
    keyboard = person.page.keyboard

    asked = application.request(site, "calendar", scope="openid profile")
    person.opens(asked.url)
    person.page.locator("#username:focus").wait_for()
    keyboard.type(name)
    tabs_to(person, "Password")
    keyboard.type("correct horse battery staple")
    tabs_to(person, "Sign in")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="Allow access?").wait_for()
    tabs_to(person, "Skip to the content")
    tabs_to(person, "Allow")
    keyboard.press("Space")
    asked.tokens(person)

    chosen = application.request(site, "shop", prompt="select_account")
    person.opens(chosen.url)
    tabs_to(person, "Use another account")
    keyboard.press("Shift+Tab")
    assert "Anna Rossi" in focused(person)
    keyboard.press("Enter")
    chosen.tokens(person)

    person.opens(f"{site.url}/account")
    tabs_to(person, "Devices")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="Where you are signed in").wait_for()
    tabs_to(person, "End Night Calendar")
    keyboard.press("Enter")
    assert person.page.get_by_role("status").inner_text() == "The application has been signed out."
    tabs_to(person, "Sign out: Chrome on Linux")
    keyboard.press("Enter")
    person.page.get_by_text("That sign-in has ended").wait_for()
    assert person.page.locator("article").count() == 1
    tabs_to(person, "Permissions")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="What you have allowed").wait_for()
    tabs_to(person, "Take back what Night Calendar was allowed")
    keyboard.press("Enter")
    person.page.get_by_text("The permission is taken back").wait_for()

    person.opens(f"{site.url}/logout")
    tabs_to(person, "Stay signed in")
    keyboard.press("Shift+Tab")
    assert focused(person) == "Sign out"
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="You are signed out").wait_for()


def test_the_skip_link_leads_past_the_navigation(site, person):
    person.opens(f"{site.url}/account/password")
    person.signs_in()
    person.opens(f"{site.url}/account/password")
    tabs_to(person, "Skip to the content")
    person.page.keyboard.press("Enter")
    tabs_to(person, "Current password")


def test_a_hidden_user_name_is_not_on_the_way(site, person):
    """Password managers read it; whoever tabs through the form does not come to it."""
    person.opens(f"{site.url}/account/password")
    person.signs_in()
    person.opens(f"{site.url}/account/password")
    for name in ("Current password", "New password", "New password again", "Change password"):
        tabs_to(person, name)
        assert person.page.locator(":focus").get_attribute("name") != "username"


def test_without_scripts(site, application, new_person, new_user):
    name, person = new_user(), new_person(java_script_enabled=False)
    asked = application.request(site, "calendar", response_mode="form_post")
    person.opens(asked.url)
    person.signs_in(name)
    person.presses("Allow")
    assert person.heading == "One moment"
    person.presses("Continue")
    asked.tokens(person)
    person.opens(f"{site.url}/account/sessions")
    person.presses("End Night Calendar")
    person.opens(f"{site.url}/account/consents")
    person.presses("Take back what Night Calendar was allowed")
    person.presses("Sign out")
    assert person.heading == "You are signed out"


def test_form_post_goes_on_by_itself_where_scripts_run(site, application, person):
    asked = application.request(site, "shop", response_mode="form_post")
    person.opens(asked.url)
    person.signs_in()
    asked.tokens(person)
    refused = application.request(site, "shop", response_mode="form_post", prompt="none", max_age="0")
    person.opens(refused.url)
    assert refused.answer(person)["error"] == "login_required"
    addresses = [path for _, path, _ in application.requests]
    assert not any(state in path for path in addresses for state in (asked.parameters["state"], refused.parameters["state"]))


# MARK: two tabs, back, old and tampered pages

def test_two_sign_ins_in_two_tabs(site, application, person):
    first, second = application.request(site, "shop"), application.request(site, "shop")
    person.opens(first.url)
    tab = person.page
    person.page = person.context.new_page()
    person.opens(second.url)
    other_tab = person.page
    person.page = tab
    person.signs_in()
    anna = subject(first.tokens(person))
    person.page = other_tab
    # One sign-in is enough for both: the form that was left open is not needed any more.
    person.page.reload()
    assert subject(second.tokens(person)) == anna


def test_two_people_in_two_tabs(site, application, person, new_user):
    """Who signs in last is who is signed in; each application gets the person who signed in for it."""
    first, second = application.request(site, "shop"), application.request(site, "calendar", scope="openid email")
    person.opens(first.url)
    tab = person.page
    person.page = person.context.new_page()
    person.opens(second.url)
    person.signs_in(new_user())
    assert person.heading == "Allow access?"
    other_tab = person.page
    person.page = tab
    person.signs_in(new_user())
    later = subject(first.tokens(person))
    # The first one's form, sent while the second is signed in, gives away nothing of theirs.
    person.page = other_tab
    person.presses("Allow")
    assert person.heading == "This page was open for too long"
    assert not any(answer.get("state") == second.parameters["state"] for answer in application.answers)
    person.page.get_by_role("link", name="Start again").click()
    assert person.heading == "Allow access?"
    person.presses("Allow")
    assert subject(second.tokens(person)) == later


def test_tabs_opened_at_once(site, application, person):
    """Both pages come before either cookie is there; the worst is a second try."""
    first, second = application.request(site, "shop"), application.request(site, "shop")
    person.opens(f"{application.url}/")
    tabs = [person.context.new_page(), person.context.new_page()]
    for tab, asked in zip(tabs, (first, second)):
        tab.evaluate("url => { setTimeout(() => { location.href = url }, 0) }", asked.url)
    for tab, asked in zip(tabs, (first, second)):
        tab.wait_for_url("**/sign-in?**")
        person.page = tab
        person.signs_in()
        if "/callback" not in tab.url:
            person.signs_in()
        asked.tokens(person)


def test_back_to_the_sign_in_form(site, application, person):
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.signs_in()
    asked.tokens(person)
    answers = len(application.answers)
    person.page.go_back()
    person.page.wait_for_url(f"{application.callback}**")
    assert len(application.answers) == answers + 1, "whoever is signed in is not asked again"
    asked.tokens(person)


def test_back_to_the_consent_form(site, application, person, new_user):
    asked = application.request(site, "calendar")
    person.opens(asked.url)
    person.signs_in(new_user())
    person.presses("Allow")
    asked.tokens(person)
    answers = len(application.answers)
    person.page.go_back()
    person.page.wait_for_url(f"{application.callback}**")
    assert len(application.answers) == answers + 1, "what was allowed is not asked again"
    asked.tokens(person)


def test_back_after_signing_out_shows_nothing(site, person):
    person.opens(f"{site.url}/account")
    person.signs_in()
    person.opens(f"{site.url}/account/sessions")
    person.presses("Sign out")
    assert person.heading == "You are signed out"
    person.page.go_back()
    person.page.wait_for_load_state()
    assert person.heading == "Sign in"


@pytest.mark.parametrize("ticket", ["", "tampered", "other request's"])
def test_a_ticket_of_another_request_begins_anew(site, application, person, ticket):
    asked = application.request(site, "shop")
    person.opens(asked.url)
    own = person.page.url
    person.opens(application.request(site, "shop").url)
    foreign = re.search("tykva_ticket=([^&]+)", person.page.url).group(1)
    tampered = re.search("tykva_ticket=([^&]+)", own).group(1)[:-8] + "AAAAAAAA"
    value = {"": "", "tampered": tampered, "other request's": foreign}
    person.opens(re.sub("tykva_ticket=[^&]+", f"tykva_ticket={value[ticket]}", own))
    assert person.heading == "Sign in"
    assert urllib.parse.urlencode({"state": asked.parameters["state"]}) in person.page.url
    person.signs_in()
    asked.tokens(person)


def test_a_form_with_another_ticket_is_sent_again(site, application, person):
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.page.evaluate("""() => {
        const form = document.querySelector("main form");
        form.action = form.action.replace(/.{8}$/, "AAAAAAAA");
    }""")
    person.signs_in()
    assert "You have not lost your place" in person.problem
    assert person.page.locator("#username").input_value() in ("", "anna")
    person.signs_in()
    asked.tokens(person)


def test_a_replayed_form_of_consent(site, application, person, new_user):
    """Sent once more after the person has signed out: it begins anew, and gives nothing."""
    asked = application.request(site, "calendar")
    person.opens(asked.url)
    person.signs_in(new_user())
    form = person.page.locator("main form")
    action, token = form.get_attribute("action"), form.locator("[name=form]").get_attribute("value")
    person.presses("Allow")
    asked.tokens(person)
    person.opens(f"{site.url}/logout")
    person.presses("Sign out")
    known = len(application.answers)
    person.opens(f"{site.url}/sign-in")
    sends(person, action, {"form": token, "decision": "allow"})
    assert person.heading == "Sign in"
    assert len(application.answers) == known


def test_a_replayed_form_of_the_account(site, application, person, new_user):
    person.opens(f"{site.url}/account")
    person.signs_in(new_user())
    asked = application.request(site, "shop")
    person.opens(asked.url)
    asked.tokens(person)
    person.opens(f"{site.url}/account/sessions")
    form = person.page.locator("article li form")
    fields = {name: form.locator(f"[name={name}]").get_attribute("value") for name in ("form", "session", "application")}
    for _ in range(2):
        sends(person, "/account/applications/end", fields)
        assert person.heading == "Where you are signed in"


def test_a_form_after_somebody_ended_the_session(site, person, new_user):
    name = new_user()
    person.opens(f"{site.url}/account")
    person.signs_in(name)
    person.opens(f"{site.url}/account/password")
    site.deployment.tykva("session", "end", "--user", name)
    person.page.locator("#current").fill("correct horse battery staple")
    person.page.locator("#new").fill("a lantern in the orchard")
    person.page.locator("#repeated").fill("a lantern in the orchard")
    person.presses("Change password")
    assert person.heading == "Sign in"
    person.signs_in(name)
    assert person.page.url == f"{site.url}/account/password"


def test_cookies_off(site, application, chromium, tmp_path):
    person = chromium.person_without_cookies(tmp_path / "browser")
    try:
        person.opens(application.request(site, "shop").url)
        person.signs_in()
        assert "Allow cookies for this site" in person.problem
        assert person.page.locator("#password").is_visible()
        assert not person.problems
    finally:
        person.close()


def test_a_megabyte_of_a_form(site, application, person):
    person.opens(application.request(site, "shop").url)
    person.page.locator("#username").evaluate("field => { field.removeAttribute('maxlength'); }")
    person.page.locator("#username").evaluate("field => { field.value = 'a'.repeat(1024 * 1024); }")
    person.page.locator("#password").fill("x")
    person.page.locator("main form button").click()
    assert person.heading == "That was too much to read"


def sends(person, action, fields):
    """Sends a form from the page that is open."""
    with person.page.expect_navigation():
        person.page.evaluate("""([action, fields]) => {
            const form = Object.assign(document.createElement("form"), {method: "post", action});
            for (const [name, value] of Object.entries(fields)) {
                form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
            }
            document.body.append(form);
            form.submit();
        }""", [action, fields])
