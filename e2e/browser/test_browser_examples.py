"""The example applications: `webapp`, whose tokens stay on its server, and the single page, which has them itself."""

import json

import pytest

from deployment import ORDERS, Deployment
from processes import ROOT, Process, binary, free_port, is_listening, wait_until

SCOPES = [part for scope in ("openid", "profile", "email", "orders:read") for part in ("--scope", scope)]


@pytest.fixture(scope="module")
def issuer(prepared, application, tmp_path_factory):
    """A server with both applications; the single page is served from where its issuer has its port in it."""
    made = Deployment.copy(prepared, tmp_path_factory.mktemp("examples"))
    web = f"http://127.0.0.1:{free_port()}"
    made.add_client(
        "web-app", "--name", "Example", "--first-party", "--redirect-uri", f"{web}/callback",
        "--post-logout-redirect-uri", f"{web}/signed-out", "--backchannel-logout-uri", f"{web}/backchannel-logout",
        "--audience", ORDERS, *SCOPES)
    page = f"{application.url}/"
    made.add_client(
        "single-page", "--name", "Single page", "--public", "--first-party", "--redirect-uri", page,
        "--post-logout-redirect-uri", page, *SCOPES)
    with made.serve() as running:
        running.web = web
        for path, name in (("/", "index.html"), ("/app.js", "app.js")):
            text = (ROOT / "Examples" / "SinglePage" / name).read_text()
            assert "http://127.0.0.1:8080" in text
            application.pages[path] = text.replace("http://127.0.0.1:8080", running.issuer)
        yield running


@pytest.fixture(scope="module")
def web(issuer, tmp_path_factory):
    """The web application, and the service that it asks."""
    folder, orders = tmp_path_factory.mktemp("web"), free_port()
    port = int(issuer.web.rpartition(":")[2])
    environments = {
        "orders": {"ISSUER": issuer.issuer, "PORT": str(orders)},
        "webapp": {
            "ISSUER": issuer.issuer, "PORT": str(port), "ORDERS_URL": f"http://127.0.0.1:{orders}",
            "CLIENT_SECRET": issuer.deployment.secrets["web-app"]},
    }
    started = [Process(folder, name, [binary(name)], environment) for name, environment in environments.items()]
    try:
        for process, own in zip(started, (orders, port)):
            process.wait_for(lambda own=own: is_listening(own), "listening")
        yield issuer.web
    finally:
        for process in started:
            process.stop()


def signs_in_at_webapp(person, web):
    person.opens(web)
    person.page.get_by_role("link", name="Sign in").click()
    person.signs_in()
    person.page.wait_for_url(f"{web}/")


def test_webapp(issuer, web, person):
    signs_in_at_webapp(person, web)
    assert "signed in as Anna" in person.page.locator("body").inner_text()
    person.page.get_by_role("link", name="My orders").click()
    assert person.page.locator("ul").count() == 1
    person.opens(web)
    person.presses("Sign out everywhere")
    person.page.wait_for_url(f"{web}/signed-out")
    person.opens(f"{issuer.url}/account")
    assert person.heading == "Sign in"


def test_webapp_hears_of_a_sign_out_elsewhere(issuer, web, person):
    signs_in_at_webapp(person, web)
    person.opens(f"{issuer.url}/account")
    person.presses("Sign out")
    assert person.heading == "You are signed out"

    def is_out():
        person.opens(web)
        return "You are not signed in." in person.page.locator("body").inner_text()

    wait_until(is_out, 15, "the notice of the sign-out")


def test_single_page(issuer, application, person):
    page = person.page
    status = lambda text: page.get_by_role("status").filter(has_text=text).wait_for()
    person.opens(f"{application.url}/")
    status("Not signed in.")
    person.presses("Sign in")
    page.wait_for_url(f"{issuer.url}/**")
    person.signs_in()
    status("Signed in as Anna.")
    person.presses("Who am I?")
    page.locator("#output", has_text="anna@example.com").wait_for()
    assert json.loads(page.locator("#output").inner_text())["preferred_username"] == "anna"
    person.presses("New access token")
    page.locator("#output", has_text="A new access token").wait_for()
    # A reload asks the issuer again, and nobody has to click.
    page.reload()
    status("Signed in as Anna.")
    person.presses("Sign out everywhere")
    page.locator("#output", has_text="You are signed out.").wait_for()
    person.opens(f"{issuer.url}/account")
    assert person.heading == "Sign in"


def test_who_is_signed_in_at_one_is_signed_in_at_the_other(issuer, application, web, person):
    signs_in_at_webapp(person, web)
    person.opens(f"{application.url}/")
    person.page.get_by_role("status").filter(has_text="Signed in as Anna.").wait_for()
