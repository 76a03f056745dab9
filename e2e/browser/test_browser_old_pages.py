"""Pages that are not the newest any more: two tabs, the back button, old, tampered and replayed forms."""

import re
import urllib.parse

import pytest

from test_browser_sign_in import subject


# MARK: two tabs

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


# MARK: back

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


# MARK: old and tampered pages

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
    fields = {
        name: form.locator(f"[name={name}]").get_attribute("value") for name in ("form", "session", "application")}
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
