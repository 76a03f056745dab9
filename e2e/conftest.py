import itertools
import os

import pytest

from application import add_applications
from certificates import Authority
from clocks import wrong_clock
from deployment import ORDERS, Deployment
from engines import PostgreSQL, SQLite, populate
from processes import binary
from visitor import Visitor

ENGINES = {engine.name: engine for engine in (SQLite, PostgreSQL)}
WANTED = [name.strip() for name in os.environ.get("TYKVA_TEST_ENGINES", "sqlite,postgres").split(",")]
newcomers = itertools.count(1)

# What would change the trust or the settings of the libraries in this process.
for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"):
    os.environ.pop(name, None)


def pytest_sessionstart(session):
    if not binary("tykva").exists():
        pytest.exit(f"there is no {binary('tykva')}: run swift build, or set TYKVA_BIN to the build folder", 2)
    unknown = set(WANTED) - set(ENGINES)
    if unknown:
        pytest.exit(f"TYKVA_TEST_ENGINES: there is no engine {', '.join(sorted(unknown))}", 2)


def pytest_generate_tests(metafunc):
    """Whatever needs a deployment runs on each engine, unless its mark says that it belongs to one."""
    if "engine" not in metafunc.fixturenames:
        return
    own = metafunc.definition.get_closest_marker("engine")
    names = [name for name in WANTED if own is None or name == own.args[0]]
    metafunc.parametrize("engine", names, indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    """With two workers (pytest-xdist) each has an engine of its own, and what needs none goes with SQLite."""
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        item.add_marker(pytest.mark.xdist_group(engine or SQLite.name))


@pytest.fixture(scope="session")
def engine(request):
    made = ENGINES[request.param]()
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(engine, tmp_path_factory):
    """Users and clients, added through the real command line; copied for each deployment."""
    made = engine.deployment(tmp_path_factory.mktemp("prepared"))
    populate(made)
    return made


@pytest.fixture
def deployment(prepared, tmp_path):
    """A deployment of this test's own, not yet served."""
    return Deployment.copy(prepared, tmp_path / "own")


@pytest.fixture(scope="session")
def prepared_provider(prepared, tmp_path_factory):
    """A deployment whose people sign in to applications with a browser."""
    made = Deployment.copy(prepared, tmp_path_factory.mktemp("provider"))
    add_applications(made)
    return made


@pytest.fixture(scope="module")
def provider(prepared_provider, tmp_path_factory):
    """A server of it that the tests of one file share."""
    with Deployment.copy(prepared_provider, tmp_path_factory.mktemp("shared")).serve() as running:
        yield running


@pytest.fixture
def visitor(provider):
    """Anna, with a browser that nobody has used before."""
    return Visitor(provider)


@pytest.fixture
def newcomer(provider):
    """Somebody who has consented to nothing yet."""
    name = f"newcomer-{next(newcomers)}"
    provider.deployment.add_user(name)
    return Visitor(provider, user=name)


@pytest.fixture(scope="module")
def server(prepared, tmp_path_factory):
    """A server that the tests of one file share."""
    with Deployment.copy(prepared, tmp_path_factory.mktemp("shared")).serve() as running:
        yield running


@pytest.fixture(scope="module")
def old_server(engine, prepared, tmp_path_factory):
    """A server that signed a token ten minutes ago, which is in its `expired_token`.

    Its first run had a clock that was ten minutes behind (libfaketime): so the token is good but for its end.
    """
    late = wrong_clock("-10m")
    with engine.past(prepared, tmp_path_factory.mktemp("old"), late["environment"]) as (deployment, present):
        with deployment.serve(**late) as past:
            expired = past.sign_in(scope="orders:read orders:write billing:read", resource=ORDERS)["access_token"]
            assert past.stop() == 0
        present()
        with deployment.serve(port=past.port) as running:
            running.expired_token = expired
            yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))
