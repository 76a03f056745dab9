"""The way of a person through the pages of the issuer, on both engines."""

import jwt
import pytest

from deployment import Deployment


def test_a_person_signs_in_allows_looks_and_ends_it(site, application, new_person, new_user):
    name, person = new_user("--display-name", "Anna Rossi"), new_person()
    asked = application.request(site, "calendar", scope="openid profile email offline_access")
    person.opens(asked.url)
    assert person.page.title() == "Sign in – Tykva"
    person.signs_in(name)
    assert person.heading == "Allow access?"
    assert "Night Calendar" in person.page.locator("main").inner_text()
    person.presses("Allow")
    tokens = asked.tokens(person)
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["nonce"], claims["aud"]) == (asked.parameters["nonce"], "calendar")

    # Another application of the house lets the same person in without a word.
    other = application.request(site, "shop")
    person.opens(other.url)
    known = jwt.decode(other.tokens(person)["id_token"], options={"verify_signature": False})
    assert (known["sub"], known["sid"]) == (claims["sub"], claims["sid"])

    person.opens(f"{site.url}/account")
    assert "Anna Rossi" in person.page.locator("main").inner_text()
    person.opens(f"{site.url}/account/sessions")
    assert "this device" in person.page.locator("article").inner_text()
    person.presses("End Night Calendar")
    assert person.page.get_by_role("status").inner_text() == "The application has been signed out."
    assert site.refresh(tokens["refresh_token"], "calendar").status_code == 400
    person.opens(f"{site.url}/account/consents")
    person.presses("Take back what Night Calendar was allowed")
    assert "You have allowed nothing" in person.page.locator("main").inner_text()

    person.presses("Sign out")
    assert person.heading == "You are signed out"
    person.opens(f"{site.url}/account")
    assert person.heading == "Sign in"


@pytest.mark.engine("sqlite", "TLS is the same for both")
def test_the_same_over_tls(authority, prepared, application, new_person, tmp_path):
    authority.issue(tmp_path / "chain.pem", tmp_path / "key.pem")
    deployment = Deployment.copy(prepared, tmp_path / "own")
    deployment.add_client(
        "shop", "--public", "--first-party", "--redirect-uri", application.callback, "--scope", "openid", "--scope",
        "profile")
    files = ["--tls-certificate", tmp_path / "chain.pem", "--tls-key", tmp_path / "key.pem"]
    with deployment.serve(*files, scheme="https") as server:
        server.session.verify = str(authority.path)
        person = new_person(ignore_https_errors=True)
        asked = application.request(server)
        person.opens(asked.url)
        person.signs_in()
        asked.tokens(person)
        answer = person.opens(f"{server.url}/account")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        person.presses("Sign out")
        assert person.heading == "You are signed out"
