"""What other sites, other people's texts and copied cookies can do to somebody at a browser (threats P11, P13, P14)."""

import html
import re
import urllib.parse

import pytest

from deployment import PASSWORD
from processes import PATIENCE

SESSION, FORM = "__Host-tykva-session", "__Host-tykva-form"
SCRIPTS = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    # A quotation mark with an accent on it ends an attribute all the same.
    "x\"\u0301 autofocus onfocus=\"document.title='owned'\" '\u0301",
    "{{title}}{{{title}}}<!-- </title><svg onload=alert(1)>",
    "javascript:alert(1)",
]
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


# MARK: P11, forms of other sites

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
    fields = f'<input name="username" value="boris"><input name="password" value="{PASSWORD}"><input name="form" value="x">'
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


# MARK: P11, cookies and frames

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


# MARK: P13, texts of strangers

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


# MARK: P14, where a browser is sent

HOSTILE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "http://127.0.0.1@evil.example/", "https://evil.example\\@127.0.0.1/",
    "http://127.0.0.1.evil.example/signed-out", "%2f%2fevil.example", "\thttps://evil.example",
]


def stays(person, site, application):
    """Whether the browser is at the issuer, or at the application that registered itself; never elsewhere."""
    place = urllib.parse.urlsplit(person.page.url)
    return f"{place.scheme}://{place.netloc}" in (site.url, application.url)


def test_p14_signing_out_leads_to_registered_addresses_only(site, application, person):
    own = application.signed_out
    changed = [f"{own}/", f"{own}?next=x", f"{own}/../x", own.upper(), own.replace("127.0.0.1", "localhost")]
    for target in HOSTILE + changed:
        query = {"post_logout_redirect_uri": target, "client_id": "shop"}
        person.opens(f"{site.url}/logout?{urllib.parse.urlencode(query)}")
        assert stays(person, site, application), target
        assert person.heading == "We cannot sign you out that way", target


def test_p14_signing_in_leads_nowhere_else(site, application, person):
    signed_in(person, site)
    for target in HOSTILE:
        quoted = urllib.parse.quote(target)
        for address in (
            f"/sign-in?next={quoted}&redirect_uri={quoted}", f"/authorize?client_id=shop&redirect_uri={quoted}",
            f"/{target}", f"//{target}",
        ):
            person.opens(site.url + address)
            assert stays(person, site, application), address


def test_p14_a_form_leads_nowhere_else(site, application, person, new_user):
    """A redirect URI that was good when the page was made, and was changed in the form's address since."""
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.page.locator("main form").evaluate(
        "(form, [own, other]) => { form.action = form.action.replace(own, other) }",
        [urllib.parse.quote(application.callback, safe=""), urllib.parse.quote("https://evil.example/", safe="")])
    person.signs_in(new_user())
    assert person.heading == "We cannot send you back there"


def test_after_signing_out_the_browser_goes_back_to_the_application(site, application, person, new_user):
    """Also when the person was asked first: the redirect after the form has to be allowed by `form-action`."""
    signed_in(person, site, new_user())
    query = {"client_id": "shop", "post_logout_redirect_uri": application.signed_out, "state": "a&b=c"}
    person.opens(f"{site.url}/logout?{urllib.parse.urlencode(query)}")
    assert "Pumpkin Shop" in person.page.locator("main").inner_text()
    person.presses("Sign out")
    person.page.wait_for_url(f"{application.signed_out}?state=a%26b%3Dc")
    assert person.cookie() is None


def test_an_application_signs_its_person_out_at_once(site, application, person, new_user):
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.signs_in(new_user())
    hint = asked.tokens(person)["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": application.signed_out}
    person.opens(f"{site.url}/logout?{urllib.parse.urlencode(query)}")
    assert person.page.url == application.signed_out
    assert person.cookie() is None


# MARK: the way to the application

def test_an_application_on_another_site(site, application, person, new_user):
    """As applications mostly are: our cookie comes along with a link, and none of ours goes there."""
    callback = f"{application.at('localhost')}/callback"
    name = new_user()
    site.deployment.add_client(
        name.replace("person", "far"), "--public", "--name", "Far away", "--redirect-uri", callback, "--scope", "openid",
        "--scope", "profile")
    for again in (False, True):
        asked = application.request(site, name.replace("person", "far"), redirect_uri=callback)
        application.pages["/far"] = f'<!DOCTYPE html><title>Far</title><a href="{html.escape(asked.url)}">Sign in</a>'
        person.opens(f"{application.at('localhost')}/far")
        person.page.get_by_role("link").click()
        if not again:
            person.signs_in(name)
            person.presses("Allow")
        asked.tokens(person)
    for _, path, headers in application.requests:
        if path.startswith("/callback") and headers["Host"].startswith("localhost"):
            assert SESSION not in headers.get("Cookie", "")
            assert site.url not in headers.get("Referer", "")


def test_an_application_that_asks_by_a_form(site, application, person, new_user):
    """OIDC Core §3.1.2.1: POST to /authorize, from another site, which brings no cookie along by itself."""
    asked = application.request(site, "shop")
    person.opens(asked.url)
    person.signs_in(new_user())
    asked.tokens(person)
    again = application.request(site, "shop", prompt="none")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in again.parameters.items())
    application.pages["/far"] = (
        f'<!DOCTYPE html><title>Far</title><form method="post" action="{site.url}/authorize">{fields}<button>Go</button></form>')
    person.opens(f"{application.at('evil.example')}/far")
    person.presses("Go")
    again.tokens(person)


def test_an_application_that_goes_on_to_another_host_of_its_own(site, application, person, new_user):
    """Chromium holds `form-action` against every redirect that follows a form, not the first alone."""
    inside, name = f"{application.at('localhost')}/inside", new_user()
    client = name.replace("person", "broker")
    site.deployment.add_client(
        client, "--public", "--first-party", "--redirect-uri", application.callback, "--redirect-uri", inside, "--scope",
        "openid", "--scope", "profile")
    application.redirects["/callback"] = inside
    try:
        person.opens(application.request(site, client).url)
        person.signs_in(name)
        person.page.wait_for_url(inside)
    finally:
        del application.redirects["/callback"]


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
