"""A receiver of webhooks: another program's server, that answers as it is told and keeps what came."""

import collections
import contextlib
import http.server
import ssl
import threading

from standardwebhooks import Webhook

Delivery = collections.namedtuple("Delivery", "path headers body status")


class Receiver:
    """An HTTP server on loopback. What a path answers is a status, a list of statuses to be given one after the other
    (the last one stays), or a function of the handler."""

    def __init__(self, certificate=None, **answers):
        self.answers = {f"/{name}": answer for name, answer in answers.items()}
        self.deliveries = []
        self._lock = threading.Lock()
        self.ended = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.receive(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                """Clients that have gone, and handshakes that were broken off."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path="/hook"):
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def receive(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            answer = self.answers.get(handler.path, 204)
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            status = answer if isinstance(answer, int) else 0
            self.deliveries.append(Delivery(handler.path, dict(handler.headers), body, status))
        if callable(answer):
            return answer(self, handler)
        with contextlib.suppress(OSError):
            handler.send_response(answer)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    def at(self, path="/hook", type=None):
        """What came to a path, in order."""
        with self._lock:
            return [one for one in self.deliveries
                    if one.path == path and (type is None or f'"type":"{type}"'.encode() in one.body)]


def hang(receiver, handler):
    """Takes everything, and never answers."""
    receiver.ended.wait()
    handler.close_connection = True


def redirect(receiver, handler):
    handler.send_response(302)
    handler.send_header("Location", receiver.url("/hook"))
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless(receiver, handler):
    """Says that it took the event, and goes on talking."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while not receiver.ended.is_set():
            handler.wfile.write(b"x" * 65536)
    handler.close_connection = True


def verified(delivery, secret):
    """The event, when the signature is right: as the library of the specification's authors has it."""
    return Webhook(secret).verify(delivery.body, delivery.headers)
