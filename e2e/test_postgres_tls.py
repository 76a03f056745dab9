"""The way to PostgreSQL over TLS: the certificate has to be of the authority, and of the host."""

import os
import pathlib
import pwd
import shutil
import tempfile

import pytest

from certificates import Authority
from deployment import Deployment
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
    assert_refused(start(deployment), "certificate verify failed", "?sslrootcert=FILE")


def test_a_certificate_of_another_host_is_refused(deployment, authority):
    """The name asked for is another than the certificate's; the address is the same."""
    deployment.use(url(deployment, "database.example", hostaddr="127.0.0.1", sslmode="verify-full", sslrootcert=authority.path))
    assert_refused(start(deployment), "database.example")


def test_an_authority_that_cannot_be_read_is_refused(deployment, tmp_path):
    deployment.use(url(deployment, sslmode="verify-full", sslrootcert=tmp_path / "nowhere.pem"))
    assert_refused(start(deployment), "nowhere.pem", code=78)


def test_authorities_that_nobody_names_are_the_systems(deployment):
    """Also on this machine, once it is asked for; libpq's advice not to verify is not passed on."""
    deployment.use(url(deployment, sslmode="verify-full"))
    deployment.environment["HOME"] = "/nowhere"
    done = start(deployment)
    assert_refused(done, "certificate", "?sslrootcert=FILE")
    assert "change sslmode" not in done.stderr


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


def test_as_root_a_move_looks_into_the_home_of_the_user_that_it_becomes(deployment, authority):
    """libpq looks for a client's certificate at home; in root's it may not look once root was given up."""
    if os.geteuid() != 0:
        pytest.skip("only root can run a command as somebody else")
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="tykva-e2e-") as place:
        place = pathlib.Path(place)
        place.chmod(0o755)
        home = place / "home"
        home.mkdir(0o700)
        shutil.copy(authority.path, place / "authority.pem")
        (place / "authority.pem").chmod(0o644)
        source = Deployment(place / "own")
        populate(source)
        with source.serve() as server:
            assert server.stop() == 0
        source.folder.chmod(0o755)
        for path in [source.data, *source.data.iterdir()]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        target = url(deployment, sslmode="verify-full", sslrootcert=place / "authority.pem")
        done = source.run(
            "move", "--from", f"sqlite:{source.data}/tykva.sqlite", "--to", target, data=False, environment={"HOME": str(home)})
        assert done.returncode == 0, done.stderr
        password = place / "password"
        password.touch(mode=0o600)
        done = source.run(
            "move", "--from", f"sqlite:{source.data}/tykva.sqlite", "--to", target, data=False,
            environment={"TYKVA_DATABASE_PASSWORD_FILE": str(password)})
        assert_refused(done, "cannot be read by user nobody", code=78)
