import itertools

import pytest

from chromium import Chromium, look_at
from deployment import Deployment
from website import Website

names = itertools.count(1)
SCOPES = [part for scope in ("openid", "profile", "email", "phone", "offline_access") for part in ("--scope", scope)]
LOCALES = {"en": "en-GB", "ru": "ru-RU"}
# Colours do not change with the language; the room that words take does.
LOOKS = {"en": ["light", "dark", "narrow"], "ru": ["light", "narrow"]}


@pytest.fixture(scope="module")
def chromium():
    """One a file: while it runs, nothing else in this thread can run an event loop."""
    running = Chromium()
    yield running
    running.close()


@pytest.fixture(scope="module")
def application():
    with Website() as running:
        yield running


@pytest.fixture(scope="module")
def site(prepared, application, tmp_path_factory):
    """A server that knows two applications: the house's own, and another's, which has to ask for permission."""
    made = Deployment.copy(prepared, tmp_path_factory.mktemp("site"))
    for name, title, *flags in (("shop", "Pumpkin Shop", "--first-party"), ("calendar", "Night Calendar")):
        made.add_client(
            name, "--public", *flags, "--name", title, "--redirect-uri", application.callback, "--redirect-uri",
            f"https://{name}.example/callback", "--post-logout-redirect-uri", application.signed_out, *SCOPES)
    with made.serve() as running:
        yield running


@pytest.fixture
def new_person(chromium):
    """Makes people, each with a browser of their own; at the end nothing may have gone wrong in any of them."""
    made = []

    def make(**options):
        made.append(chromium.person(**options))
        return made[-1]

    yield make
    problems = [problem for person in made for problem in person.problems]
    for person in made:
        person.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def person(new_person):
    return new_person()


@pytest.fixture
def new_user(site):
    """Makes a user whom no other test knows, and returns the name."""

    def make(*arguments):
        name = f"person-{next(names)}"
        site.deployment.add_user(name, *arguments)
        return name

    return make


@pytest.fixture(params=LOCALES)
def language(request):
    return request.param


@pytest.fixture
def reader(new_person, language):
    return new_person(locale=LOCALES[language])


@pytest.fixture
def looks(reader, language):
    """Looks at the page that is open, which must be of the language; at the end nothing may be wrong with any."""
    wrong = []

    def look(name):
        assert reader.page.locator("html").get_attribute("lang") == language
        assert reader.page.locator("h1").count() == 1
        has_cyrillic = any("а" <= letter <= "я" for letter in reader.page.title() + reader.heading)
        assert has_cyrillic == (language == "ru"), reader.heading
        wrong.extend(look_at(reader, f"{name}-{language}", LOOKS[language]))

    yield look
    assert not wrong, "\n".join(wrong)
