"""TLS and HTTP/2: versions, certificates that are renewed or broken, and the health command that checks them."""

import contextlib
import shutil
import signal
import socket
import ssl

import httpx
import pytest

from certificates import Authority
from deployment import PASSWORD, Deployment
from processes import PATIENCE, wait_until


class TLSFiles:
    def __init__(self, authority, folder):
        self.authority = authority
        self.certificate, self.key = folder / "chain.pem", folder / "key.pem"
        self.serial_number = authority.issue(self.certificate, self.key)

    @property
    def arguments(self):
        return ["--tls-certificate", self.certificate, "--tls-key", self.key]

    def renew(self):
        self.serial_number = self.authority.issue(self.certificate, self.key)


@pytest.fixture(scope="module")
def tls(authority, prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    files = TLSFiles(authority, folder)
    deployment = Deployment.copy(prepared, folder / "deployment")
    with deployment.serve(*files.arguments, scheme="https") as running:
        running.session.verify = str(authority.path)
        running.files = files
        yield running


def context(authority, **settings):
    made = ssl.create_default_context(cafile=authority.path)
    for name, value in settings.items():
        setattr(made, name, value)
    return made


@contextlib.contextmanager
def connection(server, tls_context):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        with tls_context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            yield secured


def serial_number(server, authority):
    with connection(server, context(authority)) as secured:
        return int(secured.getpeercert()["serialNumber"], 16)


@pytest.mark.parametrize("http2", [False, True])
def test_the_whole_way_works_over_tls(tls, authority, http2):
    versions = {"http1": not http2, "http2": http2}
    with httpx.Client(**versions, verify=context(authority), trust_env=False, timeout=PATIENCE) as client:
        form = {"grant_type": "password", "client_id": "app", "username": "anna", "password": PASSWORD}
        tokens = client.post(tls.url + "/token", data=form)
        assert tokens.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert tokens.status_code == 200
        assert tokens.headers["Strict-Transport-Security"].startswith("max-age=")
        form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": tokens.json()["refresh_token"]}
        assert client.post(tls.url + "/token", data=form).status_code == 200
        assert client.get(tls.url + "/.well-known/openid-configuration").json()["issuer"] == tls.issuer


def test_many_streams_of_one_http2_connection_are_answered(tls, authority):
    import asyncio

    async def ask():
        async with httpx.AsyncClient(
            http1=False, http2=True, verify=context(authority), trust_env=False, timeout=PATIENCE
        ) as client:
            answers = await asyncio.gather(*(client.get(tls.url + "/.well-known/jwks.json") for _ in range(80)))
        return [(answer.status_code, answer.http_version) for answer in answers]

    assert asyncio.run(ask()) == [(200, "HTTP/2")] * 80


def test_http2_has_the_same_limit_of_header_fields_and_the_same_paths(tls, authority):
    with httpx.Client(http1=False, http2=True, verify=context(authority), trust_env=False, timeout=PATIENCE) as client:
        assert client.get(tls.url + "/health/live", headers={f"X-{n}": "a" for n in range(40)}).status_code == 200
        assert client.get(tls.url + "/health/live", headers={f"X-{n}": "a" for n in range(150)}).status_code == 431
        assert client.get(tls.url + "//health/live").status_code == 404


def test_tls_1_1_is_refused_and_1_2_is_not(tls, authority):
    def handshake(version):
        offered = context(authority, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=version)
        offered.set_ciphers("ALL:@SECLEVEL=0")
        with connection(tls, offered) as secured:
            return secured.version()

    assert handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version|handshake.failure"):
        handshake(ssl.TLSVersion.TLSv1_1)


def test_plain_http_at_a_tls_port_gets_no_answer(tls):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP/" not in plain.recv(4096)


def test_hup_takes_the_new_certificate_and_keeps_old_connections(tls, authority):
    old = serial_number(tls, authority)
    assert old == tls.files.serial_number
    with connection(tls, context(authority)) as living:
        tls.files.renew()
        assert serial_number(tls, authority) == old, "before the signal"
        tls.signal(signal.SIGHUP)
        wait_until(lambda: serial_number(tls, authority) == tls.files.serial_number, 10, "the new certificate")
        living.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert living.recv(4096).startswith(b"HTTP/1.1 200")


def test_the_health_command_checks_the_certificate(tls, authority):
    def health(*arguments):
        done = tls.deployment.run("health", "--listen", f"127.0.0.1:{tls.port}", *arguments)
        return done.returncode, done.stdout + done.stderr

    assert health("--tls-certificate", authority.path) == (0, "ready\n")
    code, told = health()
    assert code == 1 and "give --tls" in told
    code, told = health("--tls")
    assert code == 1 and "the system's authorities do not vouch for" in told
    code, told = health("--tls-certificate", tls.files.key)
    assert code == 1 and "holds no certificate" in told


def test_the_health_command_asks_for_the_issuers_name(deployment, authority, tmp_path):
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    authority.issue(certificate, key, names=["auth.example.com"])
    issuer = "https://auth.example.com"
    arguments = ["--tls-certificate", certificate, "--tls-key", key, "--issuer", issuer]
    with deployment.serve(*arguments, scheme="https", issuer=issuer) as server:
        asked = ["health", "--listen", f"127.0.0.1:{server.port}", "--tls-certificate", authority.path]
        assert deployment.run(*asked, "--issuer", issuer).returncode == 0
        for other in ([], ["--issuer", "https://other.example.com"]):
            done = deployment.run(*asked, *other)
            assert done.returncode == 1 and "not good for this host" in done.stderr


@pytest.mark.parametrize("what", ["garbage", "another key", "missing"])
def test_a_broken_certificate_at_hup_leaves_the_old_one_in_use(tls, authority, tmp_path, what):
    kept = tmp_path / "kept.pem"
    shutil.copy(tls.files.certificate, kept)
    before, lines = serial_number(tls, authority), len(tls.log())
    try:
        if what == "garbage":
            tls.files.certificate.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
        elif what == "missing":
            tls.files.certificate.unlink()
        else:
            Authority.issue(authority, tls.files.certificate, tmp_path / "unused-key.pem")
        tls.signal(signal.SIGHUP)
        line = wait_until(
            lambda: next((line for line in tls.log()[lines:] if "SIGHUP" in line["message"]), None), 10, "a log line")
        assert line["level"] == "error" and str(tls.files.certificate) in line["error"], line
        assert "Error" not in line["error"], "in words of our own"
        assert serial_number(tls, authority) == before
    finally:
        shutil.copy(kept, tls.files.certificate)
    tls.signal(signal.SIGHUP)
    wait_until(lambda: "read again" in tls.log()[-1]["message"] or None, 10, "the good one again")
