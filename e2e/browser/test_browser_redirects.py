"""Where a browser is sent: to the application that registered itself, and nowhere else (threat P14)."""

import html
import urllib.parse

from test_browser_other_sites import SESSION, signed_in

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


# MARK: the way to the application

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


def test_an_application_on_another_site(site, application, person, new_user):
    """As applications mostly are: our cookie comes along with a link, and none of ours goes there."""
    callback = f"{application.at('localhost')}/callback"
    name = new_user()
    site.deployment.add_client(
        name.replace("person", "far"), "--public", "--name", "Far away", "--redirect-uri", callback,
        "--scope", "openid", "--scope", "profile")
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
        f'<!DOCTYPE html><title>Far</title><form method="post" action="{site.url}/authorize">{fields}'
        "<button>Go</button></form>")
    person.opens(f"{application.at('evil.example')}/far")
    person.presses("Go")
    again.tokens(person)


def test_an_application_that_goes_on_to_another_host_of_its_own(site, application, person, new_user):
    """Chromium holds `form-action` against every redirect that follows a form, not the first alone."""
    inside, name = f"{application.at('localhost')}/inside", new_user()
    client = name.replace("person", "broker")
    site.deployment.add_client(
        client, "--public", "--first-party", "--redirect-uri", application.callback, "--redirect-uri", inside,
        "--scope", "openid", "--scope", "profile")
    application.redirects["/callback"] = inside
    try:
        person.opens(application.request(site, client).url)
        person.signs_in(name)
        person.page.wait_for_url(inside)
    finally:
        del application.redirects["/callback"]
