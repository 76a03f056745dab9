"""What other sites and copied cookies can do to somebody at a browser: nothing by form, frame or window (P11)."""

import html
import re
import urllib.parse

import pytest

from deployment import PASSWORD
from processes import PATIENCE

SESSION, FORM = "__Host-tykva-session", "__Host-tykva-form"
# A name of another site, and another port of our own host: to cookies that is the same site.
ELSEWHERE = ["evil.example", "127.0.0.1"]


def signed_in(person, site, user="anna"):
    person.opens(f"{site.url}/sign-in")
    person.signs_in(user)
    person.page.wait_for_url(f"{site.url}/account")
    return person


def sessions_of(site, user):
    return [session for session in site.deployment.sessions(user) if session.get("ended_at") is None]


def is_page_of(site):
    return lambda answer: (
        answer.request.is_navigation_request() and answer.url.startswith(site.url) and not 300 <= answer.status < 400)


# MARK: forms of other sites

@pytest.fixture
def foreign_form(application):
    """Puts a form on a page of another site, which sends itself, and says where."""

    def make(action, fields, host):
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items())
        application.pages["/trap"] = (
            f'<!DOCTYPE html><title>Trap</title><form method="post" action="{html.escape(action)}">{inputs}</form>'
            "<script>document.forms[0].submit()</script>")
        return f"{application.at(host)}/trap"

    return make


@pytest.mark.parametrize("host", ELSEWHERE)
def test_p11_a_form_of_another_site_does_nothing(site, person, new_user, foreign_form, host):
    name = new_user()
    other = site.try_sign_in(name).json()["refresh_token"]
    signed_in(person, site, name)
    cookie, before = person.cookie()["value"], sessions_of(site, name)
    assert len(before) == 2
    fields = {
        "username": "boris", "password": PASSWORD, "current": PASSWORD, "new": "a lantern in the orchard",
        "repeated": "a lantern in the orchard", "session": before[0]["id"], "client": "shop", "form": "x" * 43,
    }
    for path in (
        "/account/password", "/account/sessions/end", "/account/sessions/end-others", "/account/applications/end",
        "/account/consents/withdraw", "/sign-out", "/sign-in",
    ):
        person.opens(foreign_form(site.url + path, fields, host))
        person.page.wait_for_url(f"{site.url}/**")
        # Without our cookie a form to the account pages leads to the sign-in, and that leads back to their page.
        expected = ["That did not come from our page"]
        if path.startswith("/account"):
            page = path.split("/")[2]
            expected.append({
                "password": "Change your password", "sessions": "Where you are signed in",
                "consents": "What you have allowed"}.get(page, "Your profile"))
        assert person.heading in expected, path
        assert person.cookie()["value"] == cookie, path
    assert [session["id"] for session in sessions_of(site, name)] == [session["id"] for session in before]
    assert site.refresh(other).status_code == 200
    person.opens(f"{site.url}/account")
    assert name in person.page.locator("main").inner_text()


@pytest.mark.parametrize("host", ELSEWHERE)
def test_p11_another_site_cannot_answer_our_questions(site, application, person, new_user, foreign_form, host):
    signed_in(person, site, new_user())
    known = len(application.answers)
    consent, select = application.request(site, "calendar"), application.request(site, "shop", prompt="select_account")
    for asked in (consent, select):
        person.opens(asked.url)
        question, address = person.heading, person.page.url
        assert question in ("Allow access?", "Choose an account")
        person.opens(foreign_form(address, {"decision": "allow", "account": "current", "form": "x" * 43}, host))
        # Without our cookie nobody is signed in, as it seems, and so the question is asked again.
        person.page.wait_for_url(f"{site.url}/**")
        assert person.heading in ("That did not come from our page", question)
    assert len(application.answers) == known


def test_p11_a_form_that_hides_its_origin_does_nothing(site, application, person, new_user):
    """From a sandboxed frame it comes with `Origin: null`: nobody is signed in as somebody else by it."""
    signed_in(person, site, new_user())
    before = person.cookie()["value"]
    fields = (f'<input name="username" value="boris"><input name="password" value="{PASSWORD}">'
              '<input name="form" value="x">')
    form = (f'<form method="post" action="{site.url}/sign-in" target="_top">{fields}</form>'
            "<script>document.forms[0].submit()</script>")
    application.pages["/trap"] = (
        '<!DOCTYPE html><title>Trap</title><iframe sandbox="allow-forms allow-scripts allow-top-navigation" '
        f'srcdoc="{html.escape(form)}"></iframe>')
    person.opens(f"{application.url}/trap")
    person.page.wait_for_url(f"{site.url}/**")
    assert person.heading == "That did not come from our page"
    assert person.cookie()["value"] == before


def test_p11_a_form_needs_its_own_token(site, new_person, new_user):
    name = new_user()
    person, neighbour = signed_in(new_person(), site, name), signed_in(new_person(), site, name)
    neighbour.opens(f"{site.url}/account/password")
    other_browsers = neighbour.page.locator("main [name=form]").get_attribute("value")
    person.opens(f"{site.url}/account/sessions")
    other_purposes = person.page.locator(".end-others [name=form]").get_attribute("value")
    for token in (None, "", other_browsers, other_purposes):
        person.opens(f"{site.url}/account/password")
        person.page.locator("main [name=form]").evaluate(
            "(field, token) => { if (token === null) field.remove(); else field.value = token }", token)
        fields = {"current": PASSWORD, "new": "a lantern in the orchard", "repeated": "a lantern in the orchard"}
        for field, value in fields.items():
            person.page.locator(f"#{field}").fill(value)
        person.presses("Change password")
        assert person.heading == "This page was open for too long"
    signed_in(new_person(), site, name)


def test_p11_signing_out_by_a_link_is_asked_first(site, application, person, new_user):
    signed_in(person, site, new_user())
    application.pages["/trap"] = f'<!DOCTYPE html><title>Trap</title><a href="{site.url}/logout">Free pumpkins</a>'
    person.opens(f"{application.at('evil.example')}/trap")
    person.page.get_by_role("link").click()
    assert person.heading == "Sign out of everything?"
    person.presses("Stay signed in")
    assert person.page.url == f"{site.url}/account"
    # A picture's address is no question to anybody.
    application.pages["/trap"] = f'<!DOCTYPE html><title>Trap</title><img src="{site.url}/logout">'
    person.opens(f"{application.at('evil.example')}/trap")
    person.opens(f"{site.url}/account")
    assert person.heading == "Your profile"
    person.take_problems()


# MARK: cookies and frames

def test_p11_the_flags_of_our_cookies(site, person):
    signed_in(person, site)
    cookies = {cookie["name"]: cookie for cookie in person.context.cookies()}
    assert set(cookies) == {SESSION, FORM, "__Host-tykva-device"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
        assert cookie["domain"] == "127.0.0.1"
        assert len(cookie["value"]) >= 43
    assert person.page.evaluate("document.cookie") == ""
    assert person.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_p11_every_sign_in_makes_a_new_cookie(site, application, person, new_user):
    """No fixation: a cookie that was there before is of no use afterwards, whoever planted it."""
    name = new_user()
    planted = "A" * 43
    person.context.add_cookies([{"name": SESSION, "value": planted, "url": f"https://127.0.0.1:{site.port}"}])
    signed_in(person, site, name)
    first = person.cookie()["value"]
    assert first != planted
    person.opens(application.request(site, "shop", prompt="login").url)
    person.signs_in(name)
    person.page.wait_for_url(f"{application.url}/**")
    second = person.cookie()["value"]
    assert second != first
    assert len(sessions_of(site, name)) == 1
    assert account_with(site, planted).status_code == account_with(site, first).status_code == 303
    assert account_with(site, second).status_code == 200
    person.opens(f"{site.url}/account")
    person.presses("Sign out")
    assert person.cookie() is None
    assert account_with(site, second).status_code == 303


def account_with(site, cookie):
    return site.new_session().get(
        f"{site.url}/account", headers={"Cookie": f"{SESSION}={cookie}"}, allow_redirects=False, timeout=PATIENCE)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_p11_no_page_is_framed(site, application, person, host):
    signed_in(person, site)
    for path in ("/sign-in", "/account", "/account/sessions", "/logout", "/no-such-page", "/authorize"):
        application.pages["/trap"] = f'<!DOCTYPE html><title>Trap</title><iframe src="{site.url}{path}"></iframe>'
        with person.page.expect_console_message(lambda message: "frame-ancestors 'none'" in message.text):
            with person.page.expect_response(is_page_of(site)) as page:
                person.opens(f"{application.at(host)}/trap")
        assert page.value.headers["x-frame-options"] == "DENY", path
        person.page.frames[1].wait_for_url(lambda url: url.startswith("chrome-error:"), wait_until="commit")
    person.take_problems()


def test_p11_another_site_reads_nothing(site, application, person):
    signed_in(person, site)
    application.pages["/trap"] = "<!DOCTYPE html><title>Trap</title>"
    for host in ELSEWHERE:
        person.opens(f"{application.at(host)}/trap")
        read = """async url => {
            try { return await (await fetch(url, {credentials: "include"})).text() } catch (error) { return error.name }
        }"""
        for path in ("/account", "/account/sessions", "/sign-in"):
            assert person.page.evaluate(read, site.url + path) == "TypeError"
        opaque = """async url => {
            try { await fetch(url, {credentials: "include", mode: "no-cors"}) } catch (error) { return error.name }
        }"""
        assert person.page.evaluate(opaque, f"{site.url}/account") == "TypeError"
    person.take_problems()


def test_p11_a_window_that_another_site_opens_is_not_its(site, application, person):
    signed_in(person, site)
    application.pages["/trap"] = "<!DOCTYPE html><title>Trap</title>"
    person.opens(f"{application.at('evil.example')}/trap")
    with person.context.expect_page() as opened:
        person.page.evaluate("url => { window.opened = window.open(url) }", f"{site.url}/account")
    opened.value.wait_for_load_state()
    assert opened.value.locator("h1").inner_text() == "Your profile"
    assert opened.value.evaluate("window.opener === null")
    assert person.page.evaluate("window.opened.closed")


def test_pages_are_not_kept(site, application, person):
    answers = []
    person.page.on("response", lambda answer: answers.append(answer))
    signed_in(person, site)
    for path in ("/account", "/account/password", "/account/sessions", "/account/consents", "/logout"):
        person.opens(site.url + path)
    pages = [answer for answer in answers if "/assets/" not in answer.url and "favicon" not in answer.url]
    assert len(pages) >= 7
    for page in pages:
        assert page.headers["cache-control"] == "no-store", page.url
        assert page.headers["x-content-type-options"] == "nosniff"
        # A script file of ours, and none in the page, where a new password is chosen; elsewhere none at all.
        scripts = re.findall(r"script-src ([^;]*)", page.headers.get("content-security-policy", ""))
        assert scripts == (["'self'"] if page.url.endswith("/account/password") else []), page.url
        assert PASSWORD not in urllib.parse.unquote_plus(page.url)
    policy = person.opens(f"{site.url}/account").headers["content-security-policy"]
    assert re.search(r"default-src 'none'.*form-action 'self';.*base-uri 'none'", policy)
