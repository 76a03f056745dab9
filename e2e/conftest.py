import glob
import os

import pytest

from certificates import Authority
from deployment import BILLING, ORDERS, Deployment
from engines import PostgreSQL, SQLite
from processes import binary

ENGINES = {engine.name: engine for engine in (SQLite, PostgreSQL)}
WANTED = [name.strip() for name in os.environ.get("TYKVA_TEST_ENGINES", "sqlite,postgres").split(",")]

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


@pytest.fixture(scope="session")
def engine(request):
    made = ENGINES[request.param]()
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(engine, tmp_path_factory):
    """Users and clients, added through the real command line; copied for each deployment."""
    made = engine.deployment(tmp_path_factory.mktemp("prepared"))
    made.add_user("anna", "--display-name", "Anna", "--email", "anna@example.com", "--role", "reader", "--role", "accountant")
    made.add_user("boris", "--role", "reader")
    scopes = [part for scope in ("openid", "profile", "offline_access", "orders:read", "orders:write", "billing:read")
              for part in ("--scope", scope)]
    for name in ("app", "other-app"):
        made.add_client(
            name, "--public", "--first-party", "--grant", "password", "--grant", "refresh_token", "--audience", ORDERS,
            "--audience", BILLING, *scopes, "--claim", "name", "--claim", "preferred_username", "--claim", "roles")
    made.add_client(
        "worker", "--grant", "client_credentials", "--audience", ORDERS, "--scope", "orders:read")
    made.add_client(
        "web", "--first-party", "--grant", "password", "--grant", "refresh_token", "--audience", ORDERS, "--scope",
        "orders:read")
    return made


@pytest.fixture
def deployment(prepared, tmp_path):
    """A deployment of this test's own, not yet served."""
    return Deployment.copy(prepared, tmp_path / "own")


@pytest.fixture(scope="module")
def server(prepared, tmp_path_factory):
    """A server that the tests of one file share."""
    with Deployment.copy(prepared, tmp_path_factory.mktemp("shared")).serve() as running:
        yield running


@pytest.fixture(scope="module")
def old_server(prepared, tmp_path_factory):
    """A server that signed a token ten minutes ago, which is in its `expired_token`.

    Its first run had a clock that was ten minutes behind (libfaketime): so the token is good but for its end.
    """
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
    assert library, "libfaketime is missing: run scripts/setup test"
    deployment = Deployment.copy(prepared, tmp_path_factory.mktemp("old"))
    # Through `env`: the library changes the environment of the first program that it is loaded into, and Swift
    # then no longer finds its arguments. The one that `env` becomes inherits it as it is.
    late = {"LD_PRELOAD": library, "FAKETIME": "-10m"}
    with deployment.serve(environment=late, wrapper=["env"]) as past:
        expired = past.sign_in(scope="orders:read orders:write billing:read", resource=ORDERS)["access_token"]
        assert past.stop() == 0
    with deployment.serve(port=past.port) as running:
        running.expired_token = expired
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))
