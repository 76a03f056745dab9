"""The page of `serve --dev`, walked by its forms as a browser would: to the pumpkin."""

import html
import re

import pytest

from processes import PATIENCE


@pytest.fixture(scope="module")
def demo(engine, tmp_path_factory):
    with engine.deployment(tmp_path_factory.mktemp("demo")).serve("--dev") as running:
        yield running


class Page:
    """What a browser holds: the page, and the cookie of its walk."""

    def __init__(self, server):
        self.server = server
        self.session = server.new_session("browser")
        self.load("GET", "/")

    def load(self, method, path, **options):
        answer = self.session.request(method, self.server.url + path, timeout=PATIENCE, **options)
        assert answer.status_code == 200, answer.text[:400]
        self.headers = answer.headers
        self.text = answer.text

    def form(self, action):
        """The fields of the form that leads to `action`, as they are filled in."""
        found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', self.text, re.S)
        assert found, f"the page has no form for {action}"
        fields = {}
        for field in re.findall(r"<input[^>]*>", found.group(0)):
            name = re.search(r'name="([^"]*)"', field)
            value = re.search(r'value="([^"]*)"', field)
            if name:
                fields[name.group(1)] = html.unescape(value.group(1)) if value else ""
        return fields

    def press(self, action, **changed):
        headers = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin"}
        self.load("POST", action, data=self.form(action) | changed, headers=headers)


def test_the_story_ends_with_a_pumpkin(demo):
    page = Page(demo)
    assert "script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    page.press("/demo/sign-in")
    assert "at+jwt" in page.text and "preferred_username" in page.text
    page.press("/demo/copy")
    page.press("/demo/refresh")
    page.press("/demo/refresh")
    page.press("/demo/replay")
    assert "invalid_grant" in page.text
    thefts = demo.deployment.audit("--type", "refresh_theft")
    assert len(thefts) == 1
    assert "stale" in str(thefts)


def test_a_wrong_password_shows_the_real_refusal(demo):
    page = Page(demo)
    page.press("/demo/sign-in", password="not the password of anna")
    assert "invalid_grant" in page.text


def test_forms_of_other_pages_are_refused(demo):
    page = Page(demo)
    fields = page.form("/demo/sign-in")
    for headers, data in [
        ({"Origin": "https://evil.example"}, fields),
        ({"Sec-Fetch-Site": "cross-site"}, fields),
        ({"Origin": demo.url}, fields | {"form": "wrong"}),
    ]:
        answer = page.session.post(demo.url + "/demo/sign-in", data=data, headers=headers, timeout=PATIENCE)
        assert answer.status_code in (400, 403), headers


def test_another_host_name_is_not_served(demo):
    assert demo.get("/", headers={"Host": "evil.example"}).status_code == 421
