"""A server of leaked passwords' hashes: it knows one password, and can be told to misbehave."""

import contextlib
import hashlib
import http.server
import threading
import time

LEAKED = "trombone socket marmalade"


class RangeServer(http.server.ThreadingHTTPServer):
    """Answers on loopback while it is used as a context; `came` has what was asked, as (path, Add-Padding)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}/range"
        self.digits = hashlib.sha1(LEAKED.encode()).hexdigest().upper()
        self.came = []
        self.pause = 0
        self.answer = f"{'0A' * 17}F:7\r\n{self.digits[5:]}:12\r\n{'B0' * 17}0:0\r\n".encode()

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def prefix(self):
        return self.digits[:5]


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.came.append((self.path, self.headers.get("Add-Padding")))
        time.sleep(self.server.pause)
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.answer)))
            self.end_headers()
            self.wfile.write(self.server.answer)

    def log_message(self, *_):
        pass
