"""The way to the mail server, by `tykva mail test`: what arrives, and what is said when nothing does."""

import json
import time

import pytest

from certificates import Authority
from deployment import Deployment
from mail_servers import (
    PASSWORD, USER, Mailbox, Scripted, dripping, endless, garbage, hang_up, hang_up_within_the_message, silence)
from processes import free_port

# Over TLS from the start, aiosmtpd does not know that it is over TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

DONE, FAILED, USAGE, CONFIGURATION = 0, 1, 2, 78


@pytest.fixture
def deployment(tmp_path):
    """No database is asked."""
    return Deployment(tmp_path / "own")


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "smtp-password"
    path.touch(mode=0o600)
    path.write_text(PASSWORD + "\n")
    return path


@pytest.fixture(scope="module")
def certificate(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mail-certificate")
    authority.issue(folder / "server.pem", folder / "server.key")
    return folder / "server.pem", folder / "server.key"


def settings(port, scheme="smtp", host="127.0.0.1", authority=None, password_file=None):
    made = {"TYKVA_SMTP_URL": f"{scheme}://{host}:{port}", "TYKVA_SMTP_FROM": "noreply@auth.example"}
    if authority:
        made["TYKVA_SMTP_CA_FILE"] = str(authority.path)
    if password_file:
        made |= {"TYKVA_SMTP_USER": USER, "TYKVA_SMTP_PASSWORD_FILE": str(password_file)}
    return made


def send(deployment, environment, *arguments):
    done = deployment.run("mail", "test", "anna@example.com", *arguments, environment=environment)
    for secret in (PASSWORD, "Z2VoZWlt"):
        assert secret not in done.stdout + done.stderr
    return done


def assert_told(done, code, *words):
    """One sentence, with these words."""
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("tykva: "), done.stderr
    for word in words:
        assert word in lines[0], (word, lines[0])


def test_a_message_arrives_over_loopback(deployment):
    with Mailbox() as mailbox:
        done = send(deployment, settings(mailbox.port) | {"TYKVA_BRAND_NAME": "Тыква & <Sons>"})
        assert done.returncode == DONE, done.stderr
        assert done.stdout.startswith(f"the mail server 127.0.0.1:{mailbox.port} took the message for anna@example.com")
        envelope, message = mailbox.messages[0], mailbox.only()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("noreply@auth.example", ["anna@example.com"])
    assert message["From"].addresses[0].display_name == "Тыква & <Sons>"
    assert message["To"].addresses[0].addr_spec == "anna@example.com"
    assert message["Auto-Submitted"] == "auto-generated" and message["Content-Language"] == "en"
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
    assert message["Message-ID"] in done.stdout
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "tykva mail test" in message.get_body(("plain",)).get_content()


def test_the_answer_as_json(deployment):
    with Mailbox() as mailbox:
        answer = json.loads(send(deployment, settings(mailbox.port), "--output", "json").stdout)
        assert answer["sent"] is True and answer["to"] == "anna@example.com"
        assert answer["message_id"] == mailbox.only()["Message-ID"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_message_arrives_over_tls(deployment, authority, certificate, scheme):
    with Mailbox(certificate, starttls=scheme == "smtp") as mailbox:
        for host in ("127.0.0.1", "localhost"):
            done = send(deployment, settings(mailbox.port, scheme, host, authority))
            assert done.returncode == DONE, done.stderr
        assert mailbox.was_encrypted == [True, True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_user_is_authenticated(deployment, authority, certificate, password_file, scheme):
    with Mailbox(certificate, starttls=scheme == "smtp", authenticates=True) as mailbox:
        done = send(deployment, settings(mailbox.port, scheme, authority=authority, password_file=password_file))
        assert done.returncode == DONE, done.stderr
        assert len(mailbox.messages) == len(mailbox.logins) == 1
        password_file.write_text("another one\n")
        assert_told(
            send(deployment, settings(mailbox.port, scheme, authority=authority, password_file=password_file)),
            CONFIGURATION, "refused smtp_user with its password", "535")
        assert_told(
            send(deployment, settings(mailbox.port, scheme, authority=authority)), CONFIGURATION, "530")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_wrong_certificate_is_refused_and_nothing_said(
        deployment, authority, certificate, password_file, tmp_path, scheme):
    with Mailbox(certificate, starttls=scheme == "smtp", authenticates=True) as mailbox:
        other = Authority(tmp_path, "another authority")
        told = send(deployment, settings(mailbox.port, scheme, authority=other, password_file=password_file))
        assert_told(told, CONFIGURATION, "certificate", "refused")
        if scheme == "smtps":
            # Nobody is named who vouches: the system's authorities do not.
            told = send(deployment, settings(mailbox.port, scheme, password_file=password_file))
            assert_told(told, CONFIGURATION, "certificate", "refused")
        assert not mailbox.logins and not mailbox.messages
    pair = tmp_path / "server.pem", tmp_path / "server.key"
    authority.issue(*pair, names=["mail.example"])
    with Mailbox(pair, starttls=scheme == "smtp", authenticates=True) as mailbox:
        told = send(deployment, settings(mailbox.port, scheme, "localhost", authority, password_file))
        assert_told(told, CONFIGURATION, "certificate", "localhost")
        assert not mailbox.logins and not mailbox.messages


def test_a_server_without_starttls_is_told_nothing(deployment, authority, password_file):
    with Scripted() as server:
        told = send(deployment, settings(server.port, authority=authority, password_file=password_file))
        assert_told(told, CONFIGURATION, "offers no TLS")
        assert [line for line in server.commands if line != "QUIT"] == ["EHLO auth.example"]


def test_tls_to_a_server_that_speaks_first_fails(deployment, authority):
    with Scripted() as server:
        assert_told(send(deployment, settings(server.port, "smtps", authority=authority)), FAILED, "TLS")


def test_a_server_that_is_down(deployment):
    assert_told(send(deployment, settings(free_port())), FAILED, "cannot be reached")


@pytest.mark.parametrize("script, code, words", [
    ({"RCPT": b"550 5.1.1 no such user\r\n"}, FAILED, ["does not take mail for this address", "550 5.1.1 no such user"]),
    ({"RCPT": b"451 4.7.1 come back later\r\n"}, FAILED, ["not take the message now", "451 4.7.1 come back later"]),
    ({"MAIL": b"553 5.7.1 not yours\r\n"}, CONFIGURATION, ["smtp_from", "553"]),
    ({"message": b"554 5.7.1 spam\r\n"}, FAILED, ["refused the message", "554"]),
    ({"message": hang_up}, FAILED, ["it may arrive"]),
    ({"greeting": hang_up}, FAILED, ["broke off"]),
    ({"greeting": b"554 5.7.1 go away\r\n"}, CONFIGURATION, ["554 5.7.1 go away"]),
    ({"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n", "EHLO": hang_up}, FAILED, []),
    ({"greeting": endless}, FAILED, ["says more than a mail server does"]),
    ({"EHLO": endless}, FAILED, []),
    ({"message": endless}, FAILED, ["it may arrive"]),
    ({"greeting": garbage}, FAILED, []),
    ({"RCPT": b"550 \x1b[2J\xe2\x80\xae" + b"x" * 2000 + b"\r\n"}, FAILED, ["550"]),
])
def test_what_servers_may_answer(deployment, script, code, words):
    with Scripted(**script) as server:
        done = send(deployment, settings(server.port))
    assert_told(done, code, *words)
    assert len(done.stderr) < 600 and "\x1b" not in done.stderr and "\u202e" not in done.stderr


def test_a_connection_that_ends_within_a_short_message(deployment):
    """All of it may have been on its way when the server went: then nobody knows."""
    with Scripted(DATA=hang_up_within_the_message) as server:
        done = send(deployment, settings(server.port))
    assert_told(done, FAILED)
    assert "broke off" in done.stderr or "it may arrive" in done.stderr


@pytest.mark.parametrize("greeting", [silence, dripping])
def test_a_server_that_is_slow_costs_ten_seconds(deployment, greeting):
    start = time.monotonic()
    with Scripted(greeting=greeting) as server:
        assert_told(send(deployment, settings(server.port)), FAILED, "did not answer in time")
        assert time.monotonic() - start < 29


@pytest.mark.slow
def test_a_server_that_is_slow_with_its_last_answer(deployment):
    start = time.monotonic()
    with Scripted(message=silence) as server:
        assert_told(send(deployment, settings(server.port)), FAILED, "it may arrive")
        assert time.monotonic() - start < 120


def test_the_environment_leads_nowhere_else(deployment):
    with Mailbox() as mailbox:
        proxy = f"socks5://127.0.0.1:{free_port()}"
        environment = settings(mailbox.port) | {name: proxy for name in ("ALL_PROXY", "all_proxy", "smtp_proxy")}
        assert send(deployment, environment).returncode == DONE
        assert len(mailbox.messages) == 1


def test_without_a_server_nothing_is_sent(deployment):
    assert_told(send(deployment, {}), CONFIGURATION, "smtp_url is not set")


@pytest.mark.parametrize("address", ["", "anna", "анна@example.com", "anna@пример.рф", "anna@example.com\nBcc: x@y.example"])
def test_an_address_that_is_none_is_wrong_usage(deployment, address):
    done = deployment.run("mail", "test", address, environment=settings(1))
    assert done.returncode == USAGE and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("changes, words", [
    ({"TYKVA_SMTP_FROM": None}, ["smtp_from: it is missing"]),
    ({"TYKVA_SMTP_URL": None}, ["smtp_url: it is missing, and smtp_from needs it"]),
    ({"TYKVA_SMTP_URL": f"smtp://{USER}:{PASSWORD}@127.0.0.1"}, ["smtp_url: ", "smtp_password_file"]),
    ({"TYKVA_SMTP_URL": "http://127.0.0.1"}, ["smtp_url: ", "smtp://HOST:PORT"]),
    ({"TYKVA_SMTP_USER": USER}, ["smtp_password_file: it is missing"]),
    ({"TYKVA_SMTP_PASSWORD_FILE": "/nowhere"}, ["smtp_user: it is missing"]),
    ({"TYKVA_SMTP_USER": USER, "TYKVA_SMTP_PASSWORD_FILE": "/nowhere"}, ["/nowhere", "cannot be read"]),
    ({"TYKVA_SMTP_CA_FILE": "/nowhere"}, ["smtp_ca_file: /nowhere cannot be read"]),
    ({"TYKVA_SMTP_FROM": "Tykva <noreply@auth.example>"}, ["smtp_from: "]),
], ids=str)
def test_settings_that_do_not_go_together(deployment, changes, words):
    environment = {name: value for name, value in (settings(1) | changes).items() if value is not None}
    for command in (["config", "check"], ["mail", "test", "anna@example.com"]):
        assert_told(deployment.run(*command, environment=environment), CONFIGURATION, *words)
        assert PASSWORD not in deployment.run(*command, environment=environment).stderr


def test_a_password_file_that_others_can_read_is_refused(deployment, password_file):
    password_file.chmod(0o604)
    environment = settings(1, password_file=password_file)
    for command in (["config", "check"], ["mail", "test", "anna@example.com"]):
        done = deployment.run(*command, environment=environment)
        assert_told(done, CONFIGURATION, str(password_file), "chmod 600")
        assert PASSWORD not in done.stderr
    password_file.chmod(0o600)
    assert deployment.run("config", "check", environment=environment).returncode == DONE
    listen = f"127.0.0.1:{free_port()}"
    password_file.chmod(0o604)
    done = deployment.run("serve", "--listen", listen, environment=environment | {"TYKVA_METRICS_LISTEN": "off"})
    assert_told(done, CONFIGURATION, str(password_file), "chmod 600")


def test_the_password_is_in_no_log_and_no_setting(deployment, password_file):
    environment = settings(free_port(), password_file=password_file) | {"TYKVA_LOG_LEVEL": "trace"}
    shown = deployment.run("config", "show", environment=environment)
    assert str(password_file) in shown.stdout and PASSWORD not in shown.stdout
    with deployment.serve(environment=environment) as server:
        server.get("/health/ready")
        assert server.stop() == 0
        assert PASSWORD not in server.errors + server.output
