"""P17: a whole story at the most talkative log level, and none of its secrets in anything that it leaves behind."""

import json
import pathlib
import re

import pytest

from deployment import PASSWORD, refused
from mail_servers import PASSWORD as SMTP_PASSWORD
from mail_servers import USER, Mailbox, parsed
from processes import wait_until
from visitor import Visitor

# The mail server of the tests is on loopback, where no TLS is needed.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

NEW, NEWER, WRONG = "a lantern in the old orchard", "nine owls under a wet roof", "a wrong pass phrase of somebody"
CHOSEN = "seven kettles on a green hill"


def pieces(secret):
    """A part gives a secret away as well as the whole."""
    return [secret, *(secret[at : at + 24] for at in range(0, len(secret) - 24, 12) if "eyJ" not in secret[at : at + 3])]


def test_p17_no_secret_of_a_whole_story_is_left_anywhere(deployment, tmp_path):
    password_file = tmp_path / "smtp-password"
    password_file.touch(mode=0o600)
    password_file.write_text(SMTP_PASSWORD + "\n")
    secrets = {"password": PASSWORD, "new password": NEW, "newer password": NEWER, "wrong password": WRONG}
    secrets["registered password"] = CHOSEN
    secrets |= {"mail password": SMTP_PASSWORD, "client secret": deployment.secrets["web"]}
    if deployment.secret_path.exists():
        secrets["master secret"] = deployment.secret_path.read_text().strip().split(":")[-1]
    with Mailbox(authenticates=True) as mailbox:
        settings = {
            "TYKVA_LOG_LEVEL": "trace", "TYKVA_REGISTRATION": "on", "TYKVA_SMTP_USER": USER,
            "TYKVA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "TYKVA_SMTP_FROM": "noreply@auth.example.com",
            "TYKVA_SMTP_PASSWORD_FILE": str(password_file)}

        def letters():
            return [parsed(mail.content).get_body(("plain",)).get_content() for mail in mailbox.messages]

        def links(path):
            return [found for text in letters() for found in re.findall(rf"^http\S+{path}\?link=\S+", text, re.M)]

        def link(path):
            found = wait_until(lambda: links(path), 15, f"a letter with {path}")
            for text in letters():
                for value in re.findall(r"link=(\S+)", text):
                    secrets[f"link {value[:9]}"] = value
            return found[-1]

        deployment.add_user("nora", "--email", "nora@example.com", "--email-verified")
        with deployment.serve(environment=settings) as server:
            tokens = server.sign_in("nora")
            secrets["access token"], secrets["refresh token"] = tokens["access_token"], tokens["refresh_token"]
            after = server.refreshed(server.refreshed(tokens["refresh_token"])["refresh_token"])
            secrets["later refresh token"] = after["refresh_token"]
            assert refused(server.try_sign_in("nora", WRONG))
            assert refused(server.refresh(tokens["refresh_token"])), "a theft"
            person = Visitor(server, user="nora")
            person.go(f"{server.url}/account")
            secrets |= {cookie.name: cookie.value for cookie in person.session.cookies}
            page = person.open(link("/messages/not-me"))
            page = person.submit(page)
            secrets["link of the page"] = re.search(r"link=([\w-]+)", page.url).group(1)
            assert "Your password is changed" in person.submit(page, {"new": NEW, "repeated": NEW}).text
            asking = Visitor(server)
            asking.submit(asking.open(f"{server.url}/password/forgot"), {"username": "nora"})
            page = asking.open(link("/password/new"))
            assert "Your password is changed" in asking.submit(page, {"new": NEWER, "repeated": NEWER}).text
            stranger = Visitor(server)
            form = {"email": "olga@example.com", "name": "Olga"}
            stranger.submit(stranger.open(f"{server.url}/register"), form)
            page = stranger.open(link("/register/confirm"))
            page = stranger.submit(page, {"new": CHOSEN, "repeated": CHOSEN})
            assert "Your account is ready" in page.text and server.sign_in("olga@example.com", CHOSEN)
            secrets |= {f"olga's {cookie.name}": cookie.value for cookie in stranger.session.cookies}
            stranger.open(server.url + f"/register/confirm?link={secrets['link of the page']}")
            process = pathlib.Path("/proc") / str(server.pid)
            arguments = (process / "cmdline").read_bytes().decode(errors="replace")
            limits = (process / "limits").read_text()
            assert re.search(r"Max core file size +[01] +[01] ", limits), "no password goes to a disk"
            assert server.stop() == 0
    written = {
        "log": server.errors, "output": server.output, "process list": arguments,
        "stored": deployment.stored().decode("latin-1"), "audit": json.dumps(deployment.audit()),
        "audit words": deployment.tykva("audit"), "outbox": deployment.tykva("outbox", "list", "--output", "json"),
        "user": deployment.tykva("user", "show", "nora", "--output", "json"),
        "sessions": deployment.tykva("session", "list", "--output", "json"),
        "statistics": deployment.tykva("session", "stats", "--output", "json"),
        "settings": deployment.tykva("config", "show", environment=settings),
    }
    assert '"trace"' in written["log"] or '"debug"' in written["log"], "it was talkative"
    assert "password_reset" in written["audit"] and "nora@example.com" in written["stored"]
    assert len(secrets) > 15
    for what, secret in secrets.items():
        for where, text in written.items():
            for piece in pieces(secret):
                assert piece not in text, f"{what} in {where}"
