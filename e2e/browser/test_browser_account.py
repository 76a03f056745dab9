"""The account pages: a person looks after a password, sign-ins, applications and permissions."""

import pytest

from deployment import PASSWORD

NEW = "a lantern in the orchard"
PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
         "Mobile/15E148 Safari/604.1")


@pytest.fixture
def visit(site, new_person):
    """Signs somebody in, in a browser of their own, at the account pages."""

    def make(name, password=PASSWORD, **options):
        person = new_person(**options)
        person.opens(f"{site.url}/account")
        person.signs_in(name, password)
        person.page.wait_for_url(f"{site.url}/account")
        return person

    return make


def is_out(person, site):
    person.opens(f"{site.url}/account")
    return person.heading == "Sign in"


def enters(person, application, site, client="shop", **parameters):
    """Enters an application with the sign-in that is there, allowing what it asks; returns its tokens."""
    asked = application.request(site, client, **parameters)
    person.opens(asked.url)
    if person.heading == "Allow access?":
        person.presses("Allow")
    return asked.tokens(person)


def changes_password(person, site, current, new, repeated=None):
    person.opens(f"{site.url}/account/password")
    for field, value in (("current", current), ("new", new), ("repeated", repeated or new)):
        person.page.locator(f"#{field}").fill(value)
    person.presses("Change password")


def test_the_profile(site, visit, new_user):
    name = new_user("--display-name", "Mirela Zucca", "--email", "m.zucca@example.com", "--role", "cook")
    text = visit(name).page.locator("main").inner_text()
    for part in ("Mirela Zucca", name, "m.zucca@example.com", "not verified", "cook"):
        assert part in text


def test_a_changed_password_signs_everybody_else_out(site, application, visit, new_user):
    name = new_user()
    person, other = visit(name), visit(name, user_agent=PHONE)
    own, theirs = enters(person, application, site), enters(other, application, site)
    cookie = person.cookie()["value"]
    changes_password(person, site, PASSWORD, NEW)
    assert "Your password is changed" in person.page.get_by_role("status").inner_text()
    # With another cookie: the old one may be what was stolen.
    assert person.cookie()["value"] != cookie and not is_out(person, site)
    assert is_out(other, site)
    assert site.refresh(theirs["refresh_token"], "shop").status_code == 400
    assert site.refresh(own["refresh_token"], "shop").status_code == 200
    other.signs_in(name)
    assert other.problem
    other.signs_in(name, NEW)
    assert other.heading == "Your profile"


def test_passwords_that_are_not_taken(site, visit, new_user):
    name = new_user()
    person = visit(name)
    changes_password(person, site, "not the present one", NEW)
    assert person.problem == "The current password is not right."
    assert person.page.locator("#current").get_attribute("aria-invalid") == "true"
    changes_password(person, site, PASSWORD, NEW, "a lantern in the garden")
    assert person.problem == "The two new passwords differ. Type both again."
    # The browser itself holds a short one back, until it is told otherwise.
    changes_password(person, site, PASSWORD, "short")
    assert person.page.locator("#new:invalid").count() == 1
    for field in person.page.locator("main input[type=password]").all():
        field.evaluate("field => field.removeAttribute('minlength')")
    person.presses("Change password")
    assert "too short" in person.problem
    assert all(field.input_value() == "" for field in person.page.locator("main input[type=password]").all())
    visit(name)


def test_a_new_password_is_judged_while_it_is_typed(site, visit, new_user, new_person):
    person = visit(new_user())
    person.opens(f"{site.url}/account/password")
    field, hint = person.page.locator("#new"), person.page.locator("#strength")
    assert hint.inner_text() == ""
    for typed, words in (
        ("twelve chars", "Characters still missing: 3"), ("\U0001F469\u200D\U0001F33E" * 14, "Characters still missing: 1"),
        ("abcabcabcabcabcabc", "This repeats itself, and is easy to guess."),
        ("31415926535897932384626433", "Digits alone are easy to guess: add words."),
        ("a lantern today", "Long enough. Whether it is a common one is checked when you send it."),
        (NEW, "Good: a long password is hard to guess."), ("", ""),
    ):
        field.fill(typed)
        assert hint.inner_text() == words, typed
    assert person.problems == []
    # Without scripts the page is the same, but for the hint.
    silent = visit(new_user(), java_script_enabled=False)
    silent.opens(f"{site.url}/account/password")
    assert "At least 15 characters" in silent.page.locator("main").inner_text()


def test_a_browser_is_forgotten(site, visit, new_user):
    name, other_name = new_user(), new_user()
    person, phone, other = visit(name), visit(name, user_agent=PHONE), visit(other_name)

    def told():
        return len(site.deployment.audit("--user", name, "--type", "new_device"))

    assert told() == 1
    person.opens(f"{site.url}/account/security")
    known = person.page.locator("li").filter(has=person.page.locator("[name=device]"))
    assert known.count() == 2
    assert "Safari on iPhone" in known.first.inner_text() and "this device" not in known.first.inner_text()
    assert "this device" in known.last.inner_text()
    # Somebody else's browser is not forgotten by it.
    other.opens(f"{site.url}/account/security")
    device = known.first.locator("[name=device]").get_attribute("value")
    other.page.locator("[name=device]").evaluate("(field, value) => { field.value = value }", device)
    other.presses("Forget Chrome on Linux")
    person.opens(f"{site.url}/account/security")
    assert known.count() == 2
    person.presses("Forget Safari on iPhone")
    assert known.count() == 1
    assert "A browser was forgotten" in person.page.locator("main").inner_text()
    phone.presses("Sign out")
    phone.opens(f"{site.url}/account")
    phone.signs_in(name)
    phone.page.wait_for_url(f"{site.url}/account")
    assert told() == 2


def test_another_sign_in_is_ended(site, application, visit, new_user):
    name = new_user()
    person, phone = visit(name), visit(name, user_agent=PHONE)
    tokens = enters(phone, application, site)
    person.opens(f"{site.url}/account/sessions")
    here, there = person.page.locator("article").all()
    assert "this device" in here.inner_text() and "this device" not in there.inner_text()
    assert "Safari on iPhone" in there.inner_text() and "Pumpkin Shop" in there.inner_text()
    assert "127.0.0.1" in there.inner_text() and there.locator("time").count() >= 2
    person.presses("Sign out: Safari on iPhone")
    assert person.page.get_by_role("status").inner_text() == "That sign-in has ended, with all its applications."
    assert person.page.locator("article").count() == 1
    assert is_out(phone, site) and not is_out(person, site)
    assert site.refresh(tokens["refresh_token"], "shop").status_code == 400


def test_all_others_are_ended(site, application, visit, new_user):
    name = new_user()
    person, *others = visit(name), visit(name), visit(name, user_agent=PHONE)
    own, program = enters(person, application, site), site.sign_in(name)["refresh_token"]
    person.opens(f"{site.url}/account/sessions")
    assert person.page.locator("article").count() == 4
    person.presses("Sign out everywhere else")
    assert person.page.get_by_role("status").inner_text() == "You are signed out everywhere else."
    assert person.page.locator("article").count() == 1
    assert person.page.get_by_role("button", name="Sign out everywhere else").count() == 0
    assert all(is_out(other, site) for other in others)
    assert site.refresh(program).status_code == 400
    assert site.refresh(own["refresh_token"], "shop").status_code == 200


def test_nobody_ends_what_is_not_theirs(site, application, visit, new_user):
    """A form of one's own, with somebody else's session in it."""
    owner, stranger = new_user(), new_user()
    visitor = visit(owner)
    tokens = enters(visitor, application, site)
    visitor.opens(f"{site.url}/account/sessions")
    session = visitor.page.locator("article h2").get_attribute("id")
    site.sign_in(stranger)
    person = visit(stranger)
    enters(person, application, site)
    person.opens(f"{site.url}/account/sessions")
    for form in ("article .head form", "article li form"):
        person.page.locator(f"{form} [name=session]").first.evaluate(
            "(field, value) => { field.value = value }", session)
        person.page.locator(f"{form} button").first.click()
        person.opens(f"{site.url}/account/sessions")
    assert not is_out(visitor, site)
    assert site.refresh(tokens["refresh_token"], "shop").status_code == 200


def test_an_application_is_ended_and_the_others_stay(site, application, visit, new_user):
    person = visit(new_user())
    ended, kept = enters(person, application, site, "calendar"), enters(person, application, site, "shop")
    person.opens(f"{site.url}/account/sessions")
    person.presses("End Night Calendar")
    assert "Night Calendar" not in person.page.locator("main").inner_text()
    assert site.refresh(ended["refresh_token"], "calendar").status_code == 400
    assert site.refresh(kept["refresh_token"], "shop").status_code == 200


def test_a_permission_is_taken_back(site, application, visit, new_user):
    person = visit(new_user())
    tokens = enters(person, application, site, "calendar", scope="openid email offline_access")
    enters(person, application, site, "shop")
    person.opens(f"{site.url}/account/consents")
    text = person.page.locator("main").inner_text()
    assert "Night Calendar" in text and "Your e-mail address" in text and "Pumpkin Shop" not in text
    person.presses("Take back what Night Calendar was allowed")
    assert "The permission is taken back" in person.page.get_by_role("status").inner_text()
    assert site.refresh(tokens["refresh_token"], "calendar").status_code == 400
    person.opens(application.request(site, "calendar", scope="openid email").url)
    assert person.heading == "Allow access?"


def test_signing_out_ends_applications_but_those_for_later(site, application, visit, new_user):
    person = visit(new_user())
    now = enters(person, application, site, "shop", scope="openid")
    later = enters(person, application, site, "calendar", scope="openid offline_access")
    person.opens(f"{site.url}/account")
    person.presses("Sign out")
    assert person.heading == "You are signed out"
    assert is_out(person, site)
    assert site.refresh(now["refresh_token"], "shop").status_code == 400
    assert site.refresh(later["refresh_token"], "calendar").status_code == 200


def test_a_disabled_person_is_out_at_the_next_click(site, visit, new_user):
    name = new_user()
    person = visit(name)
    site.deployment.tykva("user", "disable", name)
    assert is_out(person, site)
    person.signs_in(name)
    assert person.problem
