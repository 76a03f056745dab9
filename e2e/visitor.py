"""A person with a browser that runs no scripts: it follows redirects, keeps cookies, reads our forms and fills them in."""

import html.parser
import http.cookiejar
import urllib.parse

from deployment import PASSWORD, Server
from processes import PATIENCE

MAXIMUM_STEPS = 20
REDIRECTS = (301, 302, 303, 307, 308)


class Form:
    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.fields = {}
        self.buttons = []


class _Forms(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.found.append(Form(attributes))
        elif tag == "input" and self.found and attributes.get("name"):
            self.found[-1].fields[attributes["name"]] = attributes.get("value") or ""
        elif tag == "button" and self.found:
            self.found[-1].buttons.append((attributes.get("name"), attributes.get("value")))


class Page:
    """Where a browser has come to rest: a page, or an address at which an application would go on."""

    def __init__(self, url, response=None):
        self.url = url
        self.response = response

    @property
    def path(self):
        return urllib.parse.urlsplit(self.url).path

    @property
    def query(self):
        """The parameters of the address; each must be there once."""
        pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.url).query, keep_blank_values=True, strict_parsing=True)
        assert len({name for name, _ in pairs}) == len(pairs), pairs
        return dict(pairs)

    @property
    def status(self):
        return self.response.status_code

    @property
    def text(self):
        return self.response.text

    @property
    def forms(self):
        return _Forms(self.text).found

    @property
    def form(self):
        assert len(self.forms) == 1, f"{self.url} ({self.status}) has {len(self.forms)} forms:\n{self.text[:3000]}"
        return self.forms[0]


class _LoopbackPolicy(http.cookiejar.DefaultCookiePolicy):
    """As browsers do: Secure cookies also go over http to loopback. (Requests sends from a jar with a policy of its own.)"""

    def set_ok(self, cookie, request):
        cookie.secure = False
        return super().set_ok(cookie, request)


class Visitor:
    def __init__(self, server, user="anna", password=PASSWORD, agent="Visitor/1.0", verify=True):
        self.server = server
        self.user = user
        self.password = password
        self.session = Server.new_session(agent)
        self.session.verify = verify
        self.session.cookies.set_policy(_LoopbackPolicy())
        # Every address and status on the way, of the last walk.
        self.steps = []

    def open(self, url, until=None, form=None, headers=None):
        """Goes to an address as a link or a form does, and on through redirects.

        A redirect to an address that begins with `until` is not followed: an application would be there.
        """
        self.steps = []
        for _ in range(MAXIMUM_STEPS):
            response = self.session.request(
                "POST" if form is not None else "GET", url, data=form, headers=headers, allow_redirects=False,
                timeout=PATIENCE)
            self.steps.append((response.status_code, url))
            if response.status_code not in REDIRECTS:
                return Page(url, response)
            url = urllib.parse.urljoin(url, response.headers["Location"])
            if until and url.startswith(until):
                return Page(url, response)
            form = form if response.status_code in (307, 308) else None
        raise AssertionError(f"a loop of redirects: {self.steps}")

    def submit(self, page, values=None, until=None, headers=None):
        """Sends the page's one form, with these values in it."""
        form = page.form
        action = urllib.parse.urljoin(page.url, form.action)
        return self.open(action, until, form=form.fields | (values or {}), headers=headers)

    def is_at(self, page, *paths):
        return page.url.startswith(self.server.issuer + "/") and page.path in paths and bool(page.forms)

    def fill_in(self, page, until=None, decision="allow", account="current"):
        """Answers our pages, one after the other, until something else comes."""
        asked = []
        while self.is_at(page, "/sign-in", "/consent", "/select-account") and page.path not in asked[-1:]:
            asked.append(page.path)
            answers = {
                "/sign-in": {"username": self.user, "password": self.password},
                "/consent": {"decision": decision},
                "/select-account": {"account": account},
            }
            page = self.submit(page, answers[page.path], until)
        page.asked = asked
        return page

    def go(self, url, until=None, **answers):
        """Opens an address and answers whatever our pages ask; `asked` tells which those were."""
        return self.fill_in(self.open(url, until), until, **answers)

    def cookie(self, name):
        return next((cookie.value for cookie in self.session.cookies if cookie.name == name), None)
