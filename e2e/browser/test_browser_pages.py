"""Every page looked at: light, dark, 360 px wide, in English and Russian; with pictures of each in e2e/output/."""

import pytest

from chromium import overflow

pytestmark = pytest.mark.engine("sqlite", "pages look the same on both")
PHONE = ("Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
         "Safari/537.36")


def test_sign_in(site, application, reader, looks):
    reader.opens(application.request(site, "shop", login_hint="anna@example.com").url)
    looks("sign-in")
    reader.signs_in("anna", "not the password of anna")
    assert reader.problem
    looks("sign-in-wrong")


def test_sign_in_of_a_page_that_is_old(site, application, reader, looks):
    reader.opens(application.request(site, "shop").url)
    reader.context.clear_cookies()
    reader.signs_in()
    looks("sign-in-cookies")


def test_select_account_and_consent(site, application, reader, looks, new_user):
    name = new_user("--display-name", "Mirela Zucca", "--email", "mirela@example.com")
    scope = "openid profile email phone offline_access"
    address = "https://calendar.example/callback"
    reader.opens(application.request(site, "calendar", scope=scope, redirect_uri=address).url)
    reader.signs_in(name)
    looks("consent")
    reader.opens(application.request(site, "shop", prompt="select_account").url)
    looks("select-account")


def test_account(site, application, reader, looks, new_user, new_person):
    name = new_user(
        "--display-name", "Mirela Zucca", "--email", "mirela@example.com", "--role", "gardener", "--role", "cook")
    reader.opens(f"{site.url}/account")
    reader.signs_in(name)
    looks("profile")
    reader.opens(f"{site.url}/account/consents")
    looks("consents-none")
    reader.opens(f"{site.url}/account/sessions")
    looks("sessions-one")

    for client in ("calendar", "shop"):
        asked = application.request(site, client, scope="openid profile email offline_access")
        reader.opens(asked.url)
        if client == "calendar":
            reader.page.locator("button[value=allow]").click()
        asked.tokens(reader)
    phone = new_person(user_agent=PHONE)
    asked = application.request(site, "shop")
    phone.opens(asked.url)
    phone.signs_in(name)
    asked.tokens(phone)

    reader.opens(f"{site.url}/account/sessions")
    assert reader.page.locator("article").count() == 2
    looks("sessions")
    reader.page.locator("article").first.locator("li form button").first.click()
    looks("sessions-ended")
    reader.opens(f"{site.url}/account/security")
    looks("security")
    reader.opens(f"{site.url}/account/consents")
    looks("consents")



def test_sign_ins_on_several_pages(site, reader, looks, new_user):
    name = new_user("--display-name", "Mirela Zucca")
    for _ in range(27):
        site.sign_in(name, agent="Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
    reader.opens(f"{site.url}/account")
    reader.signs_in(name)
    reader.opens(f"{site.url}/account/sessions")
    assert reader.page.locator("article").count() == 26
    looks("sessions-many")
    reader.page.locator("a[rel=next]").click()
    assert reader.page.locator("article").count() == 2
    looks("sessions-older")
    reader.page.locator(".pages a").click()
    assert reader.page.locator("article.current").count() == 1

def test_password(site, reader, looks, new_user):
    reader.opens(f"{site.url}/account/password")
    reader.signs_in(new_user())
    reader.opens(f"{site.url}/account/password")
    looks("password")
    change_password(reader, "not the present one", "a lantern in the orchard", "a lantern in the orchard")
    assert reader.problem
    looks("password-wrong")


def test_signing_out(site, application, reader, looks):
    reader.opens(f"{site.url}/account")
    reader.signs_in()
    reader.opens(f"{site.url}/logout?client_id=calendar")
    looks("sign-out")
    reader.page.locator("button[value=sign_out]").click()
    looks("signed-out")


def test_errors(site, application, reader, looks):
    reader.opens(f"{site.url}/authorize?client_id=nobody")
    looks("error-client")
    reader.opens(application.request(site, "shop", redirect_uri="https://evil.example/").url)
    looks("error-redirect")
    reader.opens(f"{site.url}/no-such-page")
    looks("error-not-found")
    reader.opens(f"{site.url}/logout?post_logout_redirect_uri=https://evil.example/")
    looks("error-sign-out")


def test_form_post(site, application, reader, looks):
    """The page that is seen where no script runs; its own is withheld here."""
    reader.context.route("**/form-post-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    reader.opens(application.request(site, "shop", response_mode="form_post").url)
    reader.signs_in()
    looks("form-post")


def test_long_names_fit(site, application, person, new_user):
    """Names without a place to break them, as long as they may be."""
    name = new_user("--display-name", "Д" * 128, "--email", f"{'m' * 64}@{'example' * 8}.com", "--role", "r" * 64)
    client = name.replace("person", "c") + "x" * 50
    site.deployment.add_client(
        client, "--public", "--name", "W" * 64, "--redirect-uri", application.callback, "--scope", "openid", "--scope",
        "s" * 100, "--scope", "offline_access", "--scope", "profile")
    wrong = []

    def look(what):
        assert person.page.locator("h1").count() == 1
        for width in (360, 320):
            person.page.set_viewport_size({"width": width, "height": 640})
            if overflow(person.page) > 0:
                wrong.append(f"{what}: {overflow(person.page)} px wider than {width} px")

    asked = application.request(site, client, scope=f"openid profile offline_access {'s' * 100}", login_hint="l" * 128)
    person.opens(asked.url)
    look("sign-in")
    person.signs_in(name)
    look("consent")
    person.presses("Allow")
    asked.tokens(person)
    person.opens(application.request(site, client, prompt="select_account").url)
    look("select-account")
    for path in ("/account", "/account/sessions", "/account/consents", f"/logout?client_id={client}"):
        person.opens(site.url + path)
        look(path)
    assert not wrong, "\n".join(wrong)


def change_password(person, current, new, repeated):
    for field, value in (("current", current), ("new", new), ("repeated", repeated)):
        person.page.locator(f"#{field}").fill(value)
    person.page.locator("main form button").click()
