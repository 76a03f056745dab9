"""Where a person is signed in, when that is in more places than fit on a page."""

import re
import urllib.parse

import pytest

from deployment import refused
from visitor import Visitor

ON_A_PAGE = 25


def shown(page):
    """The ids of the sessions on a page, in its order."""
    assert page.status == 200
    return re.findall(r'<article class="card session[^>]* aria-labelledby="([^"]+)"', page.text)


def older(page):
    """Where its link to older sign-ins leads; none on the last page."""
    links = re.findall(r'<a rel="next" href="([^"]+)">Older sign-ins</a>', page.text)
    assert len(links) <= 1
    return urllib.parse.urljoin(page.url, links[0]) if links else None


@pytest.fixture
def anna(deployment):
    """A person who signed in here first, and then at 57 other places."""
    with deployment.serve() as server:
        visitor = Visitor(server)
        visitor.go(server.url + "/account")
        visitor.first = server.sign_in()
        for _ in range(56):
            server.sign_in()
        yield visitor


def test_each_sign_in_is_on_one_page_and_the_own_one_first_of_all(deployment, anna):
    page = anna.open(anna.server.url + "/account/sessions")
    pages = [shown(page)]
    assert "this device" in page.text and "The newest sign-ins" not in page.text
    while following := older(page):
        page = anna.open(following)
        assert "this device" not in page.text and "The newest sign-ins" in page.text
        pages.append(shown(page))
    assert [len(found) for found in pages] == [1 + ON_A_PAGE, ON_A_PAGE, 7]
    # Of the others the latest first, as the operator's list has them.
    listed = [session["id"] for session in deployment.sessions("anna")]
    (own,) = set(pages[0]) - set(listed[:ON_A_PAGE])
    assert [found for page in pages for found in page] == [own] + [found for found in listed if found != own]


def test_an_old_one_is_ended_on_its_page_and_the_page_goes_on(anna):
    page = anna.open(anna.server.url + "/account/sessions")
    while following := older(page):
        page, last = anna.open(following), following
    oldest = shown(page)[-1]
    (form,) = [form for form in page.forms if form.action == "/account/sessions/end" and form.fields["session"] == oldest]
    done = anna.open(urllib.parse.urljoin(page.url, form.action), form=form.fields)
    assert done.status == 200 and done.path == "/account/sessions"
    assert refused(anna.server.refresh(anna.first["refresh_token"]))
    assert shown(anna.open(last)) == shown(page)[:-1]
    # The others too: the form stands on every page, for whoever wants none of them.
    (form,) = [form for form in page.forms if form.action == "/account/sessions/end-others"]
    done = anna.open(urllib.parse.urljoin(page.url, form.action), form=form.fields)
    assert len(shown(done)) == 1 and older(done) is None and "newest" not in done.text
    gone = anna.open(last)
    assert shown(gone) == [] and "There are no older sign-ins." in gone.text and "signed in nowhere" not in gone.text


def test_a_place_that_no_page_leads_to_is_refused(server):
    visitor = Visitor(server)
    visitor.go(server.url + "/account")
    for place in ("", "1", ".", "1.", "x.abc", "9" * 30 + ".abc", "1." + "a" * 5000, "-1.%00", "1.%22%3E%3Cb%3E"):
        page = visitor.open(f"{server.url}/account/sessions?before={place}")
        assert page.status == 400 and 'href="/account"' in page.text and "<b>" not in page.text, place
