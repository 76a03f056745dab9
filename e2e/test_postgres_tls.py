"""The way to PostgreSQL over TLS: the certificate has to be of the authority, and of the host."""

import pytest

from certificates import Authority
from engines import PostgresDeployment, populate
from postgres import ROLE, Postgres, own, temporary_folder
from test_start import assert_refused, start

pytestmark = pytest.mark.engine("postgres", "these are about the way to its server")


@pytest.fixture(scope="module")
def secured(engine, authority):
    """A server that takes TLS alone over TCP, with a certificate for 127.0.0.1 and localhost."""
    with temporary_folder() as place:
        certificate, key = place / "server.pem", place / "server.key"
        authority.issue(certificate, key)
        for path in (certificate, key):
            own(path)
        with Postgres.create(place, settings={"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}) as server:
            hba = server.data / "pg_hba.conf"
            hba.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
            server.sql("SELECT pg_reload_conf()")
            yield server


@pytest.fixture
def deployment(secured, tmp_path):
    return PostgresDeployment(tmp_path / "own", secured)


def url(deployment, host="127.0.0.1", **parameters):
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgres://{ROLE}@{host}:{deployment.server.port}/{deployment.database}?{query}"


def test_a_certificate_of_the_authority_is_trusted(deployment, authority, secured):
    deployment.use(url(deployment, sslmode="verify-full", sslrootcert=authority.path))
    populate(deployment)
    with deployment.serve() as server:
        server.refreshed(server.sign_in()["refresh_token"])
        unencrypted = secured.sql(
            f"SELECT count(*) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE datname = '{deployment.database}' AND NOT ssl")
        assert unencrypted == "0"


def test_a_certificate_of_another_authority_is_refused(deployment, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    deployment.use(url(deployment, sslmode="verify-full", sslrootcert=Authority(other, "another authority").path))
    assert_refused(start(deployment), "certificate")


def test_a_certificate_of_another_host_is_refused(deployment, authority):
    """The name asked for is another than the certificate's; the address is the same."""
    deployment.use(url(deployment, "database.example", hostaddr="127.0.0.1", sslmode="verify-full", sslrootcert=authority.path))
    assert_refused(start(deployment), "database.example")


def test_an_authority_that_cannot_be_read_is_refused(deployment, tmp_path):
    deployment.use(url(deployment, sslmode="verify-full", sslrootcert=tmp_path / "nowhere.pem"))
    done = start(deployment)
    assert done.returncode in (1, 78) and "nowhere.pem" in done.stderr, done.stderr


def test_a_server_without_tls_is_refused_when_it_is_asked_for(engine, deployment, authority):
    plain = PostgresDeployment(deployment.folder / "plain", engine.server)
    plain.use(url(plain, sslmode="verify-full", sslrootcert=authority.path))
    assert_refused(start(plain), "SSL")


def test_a_host_that_is_not_local_is_verified_unless_told_otherwise(engine, deployment):
    """One of two hosts is not this machine; the first, which is, speaks no TLS: without more words that is refused."""
    plain = PostgresDeployment(deployment.folder / "plain", engine.server)
    hosts = f"127.0.0.1:{engine.server.port},database.invalid:5432"
    plain.use(f"postgres://{ROLE}@{hosts}/{plain.database}")
    assert_refused(start(plain), "SSL")
    plain.use(f"postgres://{ROLE}@{hosts}/{plain.database}?sslmode=disable")
    with plain.serve():
        pass
