"""Mail servers of the tests' own: good ones (aiosmtpd), and others that misbehave."""

import contextlib
import email
import email.policy
import os
import ssl
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from middleman import Listener
from processes import PATIENCE, free_port

USER, PASSWORD = "mailer", "geheim & 4711: der Weg zur Post"


class Mailbox:
    """Takes every message, and keeps it; over TLS from the start, after STARTTLS, or plain."""

    def __init__(self, certificate=None, starttls=False, authenticates=False):
        self.messages = []
        self.was_encrypted = []
        self.logins = []
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        options = {"authenticator": self._authenticate, "auth_required": True} if authenticates else {}
        if starttls:
            options |= {"tls_context": context, "require_starttls": True}
        elif context:
            options |= {"ssl_context": context, "auth_require_tls": False}
        else:
            options |= {"auth_require_tls": False}
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE, **options)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(envelope)
        self.was_encrypted.append(session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None)
        return "250 2.0.0 taken"

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((mechanism, data))
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def only(self):
        """The one message, parsed."""
        assert len(self.messages) == 1
        return parsed(self.messages[0].content)


def parsed(content):
    """A message as Python's parser reads it; anything that it finds odd is a fault."""
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    for part in message.walk():
        assert part.defects == []
        for name, value in part.items():
            assert value.defects == (), (name, value, value.defects)
    return message


class Scripted(Listener):
    """Says what a server would that takes everything, but for the words of its script: verb to answer, or to a function
    of the connection."""

    EHLO = b"250-test.example\r\n250 AUTH PLAIN LOGIN\r\n"

    def __init__(self, **script):
        self.script = script
        self.commands = []
        self.messages = []
        super().__init__()

    def serve(self, connection):
        connection.settimeout(0.1)
        if not self._answer(connection, "greeting", b"220 test.example ESMTP\r\n"):
            return
        usual = {"EHLO": self.EHLO, "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
        while (line := self._line(connection)) is not None:
            verb = line.split(" ")[0].upper()
            self.commands.append(line)
            if not self._answer(connection, verb, usual.get(verb, b"250 2.0.0 as you like\r\n")):
                return
            if verb == "DATA" and "DATA" not in self.script:
                content = self._until(connection, b"\r\n.\r\n")
                if content is None:
                    return
                self.messages.append(content)
                if not self._answer(connection, "message", b"250 2.0.0 taken\r\n"):
                    return

    def _answer(self, connection, what, usual):
        answer = self.script.get(what, usual)
        if callable(answer):
            return answer(self, connection)
        connection.sendall(answer)
        return True

    def _line(self, connection):
        line = self._until(connection, b"\n")
        return None if line is None else line.decode(errors="replace").rstrip("\r\n")

    def _until(self, connection, end):
        content = b""
        while not content.endswith(end):
            with contextlib.suppress(TimeoutError):
                byte = connection.recv(1)
                if not byte:
                    return None
                content += byte
            if self.is_over():
                return None
        return content


def silence(server, connection):
    while not server.is_over(0.05):
        pass
    return False


def hang_up(server, connection):
    return False


def garbage(server, connection):
    while not server.is_over(0.01):
        connection.sendall(os.urandom(4096))
    return False


def endless(server, connection):
    while not server.is_over():
        connection.sendall(b"220-and more\r\n" * 1000)
    return False


def dripping(server, connection):
    for byte in b"220 test.example ESMTP with a long name\r\n" * 20:
        if server.is_over(1):
            return False
        connection.sendall(bytes([byte]))
    return True


def hang_up_within_the_message(server, connection):
    connection.sendall(b"354 go on\r\n")
    time.sleep(0.05)
    connection.recv(20)
    return False
