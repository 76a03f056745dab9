"""The sign-in page of somebody who is held up, and of somebody whom strangers do not hold up."""

import re

import pytest

from deployment import PASSWORD


@pytest.fixture
def held_name(site):
    """An account of this test's own."""
    name = "held-up"
    if site.deployment.run("user", "show", name).returncode:
        site.deployment.add_user(name)
    site.deployment.run("user", "unlock", name)
    return name


@pytest.mark.parametrize("language, words", [("en", "too many wrong passwords"), ("ru", "Слишком много неверных паролей")])
def test_the_page_says_how_long_to_wait_and_goes_on_afterwards(site, new_person, held_name, language, words):
    person = new_person(locale=language)
    person.opens(f"{site.url}/sign-in?to=profile")
    for _ in range(5):
        person.signs_in(held_name, "not the password")
        assert person.problem
    site.deployment.lengthen_pauses()
    person.signs_in(held_name)
    assert re.search(words, person.problem), person.problem
    assert re.search(r"\d+ (s|min|с|мин)\b", person.problem), person.problem
    assert person.page.locator("#username").input_value() == held_name
    assert person.page.locator("#password").input_value() == ""
    site.deployment.tykva("user", "unlock", held_name)
    person.signs_in(held_name)
    person.page.wait_for_url("**/account")


def test_the_browser_of_before_is_not_held_up_by_strangers(site, new_person, held_name):
    own = new_person()
    own.opens(f"{site.url}/sign-in?to=profile")
    own.signs_in(held_name)
    own.page.wait_for_url("**/account")
    own.page.get_by_role("button", name="Sign out").click()
    for number in range(6):
        assert site.try_sign_in(held_name, f"guess {number}").status_code in (400, 429)
    site.deployment.lengthen_pauses()
    assert site.try_sign_in(held_name, PASSWORD).status_code == 429
    own.opens(f"{site.url}/sign-in?to=profile")
    own.signs_in(held_name)
    own.page.wait_for_url("**/account")
