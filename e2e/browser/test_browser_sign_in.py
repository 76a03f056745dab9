"""Signing in as people do it: the form, consent, another account, their language, with cookies off."""

import jwt


def subject(tokens):
    return jwt.decode(tokens["id_token"], options={"verify_signature": False})["sub"]


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
