"""Chromium, people who sit at it, and what is watched over their shoulders: every page's console and accessibility."""

import json
import pathlib

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

from deployment import PASSWORD
from processes import PATIENCE, ROOT, installed

OUTPUT = ROOT / "e2e" / "output"
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
NARROWEST = {"width": 320, "height": 640}
# Colours, window, and rules of axe, or all of them: dark pages differ in their colours, narrow ones in their measures.
LOOKS = {
    "light": ("light", WIDE, []), "dark": ("dark", WIDE, ["color-contrast"]),
    "narrow": ("light", NARROW, ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]),
}
# Chromium says that a page came with an error's status; the tests look at statuses themselves.
OWN_STATUS = "Failed to load resource: the server responded with a status of"


class Chromium:
    """A running browser: each person in it has cookies and a history of their own."""

    def __init__(self):
        self._playwright = sync_playwright().start()
        # Names of other sites are this machine, so that a page of theirs is of another site to the browser.
        self._options = {
            "executable_path": installed("chromium"),
            "args": ["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1"],
            "timeout": PATIENCE * 1000,
        }
        self._browser = self._playwright.chromium.launch(**self._options)

    def person(self, **options):
        return Person(self._browser.new_context(viewport=WIDE, **options))

    def person_without_cookies(self, folder):
        """A browser that takes no cookie, as people can set it."""
        settings = pathlib.Path(folder) / "Default" / "Preferences"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
        return Person(self._playwright.chromium.launch_persistent_context(folder, viewport=WIDE, **self._options))

    def close(self):
        self._browser.close()
        self._playwright.stop()


class Person:
    """Somebody at a browser, with one page open."""

    def __init__(self, context):
        self.context = context
        # Violations of the content security policy, errors of scripts, dialogs: there should be none.
        self.problems = []
        context.set_default_timeout(PATIENCE * 1000)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"error: {error.error}"))
        context.on("dialog", self._dialog)
        self.page = context.pages[0] if context.pages else context.new_page()

    def _console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(OWN_STATUS):
            self.problems.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog):
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def take_problems(self):
        """What went wrong so far, for a test that expects it."""
        taken, self.problems = self.problems, []
        return taken

    def opens(self, url):
        """Goes to an address, and returns the answer of the page where that ends."""
        return self.page.goto(url)

    def presses(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def signs_in(self, user="anna", password=PASSWORD):
        """Fills in the form that is shown."""
        self.page.locator("#username").fill(user)
        self.page.locator("#password").fill(password)
        self.page.locator("main form button").click()

    @property
    def heading(self):
        return self.page.locator("h1").inner_text()

    @property
    def problem(self):
        """What the page says went wrong."""
        return self.page.get_by_role("alert").inner_text()

    def cookie(self, name="__Host-tykva-session"):
        """A cookie as the browser keeps it, or None."""
        return next((cookie for cookie in self.context.cookies() if cookie["name"] == name), None)

    def close(self):
        self.context.close()


def barriers(page, rules=()):
    """What axe finds on the page that keeps people out of it: by these rules, or by all when there are none."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    nodes = [(rule["id"], node) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {node['html'][:160]} – {node['failureSummary']}" for rule, node in nodes]


def unseen(page):
    """The links and buttons of a page that nobody can see."""
    return page.evaluate(
        "[...document.querySelectorAll('main a, main button')].filter(one => !one.checkVisibility())"
        ".map(one => one.outerHTML)")


def overflow(page):
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def look_at(person, name, looks=("light", "dark", "narrow")):
    """Looks at a page light, dark and narrow, keeps a picture of each, and returns what is wrong with it."""
    page = person.page
    OUTPUT.mkdir(exist_ok=True)
    wrong = []
    for look in looks:
        scheme, size, rules = LOOKS[look]
        # Without movement: colours are measured at their end.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        wrong += [f"{name} {look}: {barrier}" for barrier in barriers(page, rules)]
        wrong += [f"{name} {look}: cannot be seen: {hidden}" for hidden in unseen(page)]
        if overflow(page) > 0:
            wrong.append(f"{name} {look}: {overflow(page)} px wider than the screen")
        page.screenshot(path=OUTPUT / f"{name}-{look}.png", full_page=True)
    # WCAG 2.2, 1.4.10: what a window of 1280 px is at 400 %.
    page.set_viewport_size(NARROWEST)
    if overflow(page) > 0:
        wrong.append(f"{name}: {overflow(page)} px wider than 320 px")
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.set_viewport_size(WIDE)
    return wrong
