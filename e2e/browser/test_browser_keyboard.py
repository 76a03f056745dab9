"""Our pages by keyboard alone, and without scripts."""


def focused(person):
    """The name of what has the keyboard, when it can be seen that it has."""
    return person.page.evaluate("""() => {
        const element = document.activeElement, style = getComputedStyle(element);
        if (element === document.body) return "the window";
        if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return "unseen: " + element.outerHTML;
        const read = (element.labels?.[0] ?? element).cloneNode(true);
        read.querySelectorAll("[aria-hidden]").forEach(part => part.remove());
        return element.getAttribute("aria-label") ?? read.textContent.trim();
    }""")


def tabs_to(person, name):
    """Presses Tab until the named thing has the focus, as often as a person would."""
    passed = []
    for _ in range(30):
        person.page.keyboard.press("Tab")
        passed.append(focused(person))
        if passed[-1] == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}, only to {passed}")


def test_everything_is_done_by_keyboard(site, application, person, new_person, new_user):
    name = new_user("--display-name", "Anna Rossi")
    elsewhere = new_person()
    elsewhere.opens(f"{site.url}/account")
    elsewhere.signs_in(name)
    keyboard = person.page.keyboard

    asked = application.request(site, "calendar", scope="openid profile")
    person.opens(asked.url)
    person.page.locator("#username:focus").wait_for()
    keyboard.type(name)
    tabs_to(person, "Password")
    keyboard.type("correct horse battery staple")
    tabs_to(person, "Sign in")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="Allow access?").wait_for()
    tabs_to(person, "Skip to the content")
    tabs_to(person, "Allow")
    keyboard.press("Space")
    asked.tokens(person)

    chosen = application.request(site, "shop", prompt="select_account")
    person.opens(chosen.url)
    tabs_to(person, "Use another account")
    keyboard.press("Shift+Tab")
    assert "Anna Rossi" in focused(person)
    keyboard.press("Enter")
    chosen.tokens(person)

    person.opens(f"{site.url}/account")
    tabs_to(person, "Devices")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="Where you are signed in").wait_for()
    tabs_to(person, "End Night Calendar")
    keyboard.press("Enter")
    assert person.page.get_by_role("status").inner_text() == "The application has been signed out."
    tabs_to(person, "Sign out: Chrome on Linux")
    keyboard.press("Enter")
    person.page.get_by_text("That sign-in has ended").wait_for()
    assert person.page.locator("article").count() == 1
    tabs_to(person, "Permissions")
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="What you have allowed").wait_for()
    tabs_to(person, "Take back what Night Calendar was allowed")
    keyboard.press("Enter")
    person.page.get_by_text("The permission is taken back").wait_for()

    person.opens(f"{site.url}/logout")
    tabs_to(person, "Stay signed in")
    keyboard.press("Shift+Tab")
    assert focused(person) == "Sign out"
    keyboard.press("Enter")
    person.page.get_by_role("heading", name="You are signed out").wait_for()


def test_the_skip_link_leads_past_the_navigation(site, person):
    person.opens(f"{site.url}/account/password")
    person.signs_in()
    person.opens(f"{site.url}/account/password")
    tabs_to(person, "Skip to the content")
    person.page.keyboard.press("Enter")
    tabs_to(person, "Current password")


def test_a_hidden_user_name_is_not_on_the_way(site, person):
    """Password managers read it; whoever tabs through the form does not come to it."""
    person.opens(f"{site.url}/account/password")
    person.signs_in()
    person.opens(f"{site.url}/account/password")
    for name in ("Current password", "New password", "New password again", "Change password"):
        tabs_to(person, name)
        assert person.page.locator(":focus").get_attribute("name") != "username"


def test_without_scripts(site, application, new_person, new_user):
    name, person = new_user(), new_person(java_script_enabled=False)
    asked = application.request(site, "calendar", response_mode="form_post")
    person.opens(asked.url)
    person.signs_in(name)
    person.presses("Allow")
    assert person.heading == "One moment"
    person.presses("Continue")
    asked.tokens(person)
    person.opens(f"{site.url}/account/sessions")
    person.presses("End Night Calendar")
    person.opens(f"{site.url}/account/consents")
    person.presses("Take back what Night Calendar was allowed")
    person.presses("Sign out")
    assert person.heading == "You are signed out"


def test_form_post_goes_on_by_itself_where_scripts_run(site, application, person):
    asked = application.request(site, "shop", response_mode="form_post")
    person.opens(asked.url)
    person.signs_in()
    asked.tokens(person)
    refused = application.request(site, "shop", response_mode="form_post", prompt="none", max_age="0")
    person.opens(refused.url)
    assert refused.answer(person)["error"] == "login_required"
    addresses = [path for _, path, _ in application.requests]
    assert not any(
        state in path for path in addresses for state in (asked.parameters["state"], refused.parameters["state"]))
