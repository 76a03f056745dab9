"""An application that people sign in to, and any other site: what browsers send to it is noted."""

import base64
import hashlib
import http.server
import secrets
import threading
import urllib.parse


HOME = "<!DOCTYPE html><title>Application</title><h1>Application</h1>"


class Website:
    """A server on loopback: it takes answers at /callback, and serves the pages that a test gives it."""

    def __init__(self, host="127.0.0.1"):
        self.pages = {}
        self.redirects = {}
        self.answers = []
        # Method, path and headers of every request.
        self.requests = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_port}"
        self.callback = f"{self.url}/callback"
        self.signed_out = f"{self.url}/signed-out"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def at(self, host):
        """The same server under another name, which is another site to a browser."""
        return self.url.replace("127.0.0.1", host)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _handler(site):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(urllib.parse.urlsplit(self.path).query)

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def answer(self, form):
                path = urllib.parse.urlsplit(self.path).path
                site.requests.append((self.command, self.path, dict(self.headers)))
                if path == "/callback":
                    site.answers.append(dict(urllib.parse.parse_qsl(form, keep_blank_values=True)))
                target = site.redirects.get(path)
                body = site.pages.get(path, HOME).encode()
                self.send_response(303 if target else 200)
                if target:
                    self.send_header("Location", target)
                kind = "text/javascript" if path.endswith(".js") else "text/html"
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def request(self, server, client="shop", **parameters):
        return Request(self, server, client, parameters)


class Request:
    """One authorization request, and what comes of it."""

    def __init__(self, application, server, client, parameters):
        self.application, self.server, self.client = application, server, client
        self.verifier = secrets.token_urlsafe(32)
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        self.parameters = {
            "response_type": "code", "client_id": client, "redirect_uri": application.callback,
            "scope": "openid profile", "state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16),
            "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        } | parameters
        self.query = urllib.parse.urlencode(self.parameters)
        self.url = f"{server.issuer}/authorize?{self.query}"

    def answer(self, person):
        """What the application was told, once this person's browser is back there."""
        redirect = self.parameters["redirect_uri"]
        person.page.wait_for_url(lambda url: url.startswith(redirect))
        answer = self.application.answers[-1]
        assert answer["state"] == self.parameters["state"]
        assert answer["iss"] == self.server.issuer
        return answer

    def tokens(self, person):
        """The tokens for the code that the browser has brought."""
        return self.redeem(self.answer(person)["code"])

    def redeem(self, code):
        form = {
            "grant_type": "authorization_code", "client_id": self.client, "code": code, "code_verifier": self.verifier,
            "redirect_uri": self.parameters["redirect_uri"],
        }
        answer = self.server.post("/token", form)
        assert answer.status_code == 200, answer.text
        return answer.json()
