"""HAProxy in front of a service that checks nothing, with the keys that the script of docs/services/haproxy.md fetches."""

import http.client
import http.server
import subprocess
import threading

from deployment import COMMAND_SECONDS
from processes import PATIENCE, ROOT, Process, binary, clean_environment, free_port, installed, is_listening

SCRIPT = ROOT / "docs" / "services" / "haproxy" / "tykva-haproxy-keys"


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers whatever comes through."""

    def do_GET(self):
        body = b"came through"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Gate:
    """HAProxy, asked with an Authorization header; `algorithms` are what it takes."""

    def __init__(self, folder, issuer, audience, algorithms=("ES256",)):
        self.issuer = issuer
        self.algorithms = algorithms
        self.keys = folder / "keys"
        self.process = None
        self.port = free_port()
        self.service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        self.thread = threading.Thread(target=self.service.serve_forever)
        self.thread.start()
        try:
            first = self.fetch_keys(reload="true")
            assert first.returncode == 0, first.stderr
            configuration = folder / "haproxy.cfg"
            configuration.write_text(self.configuration(issuer, audience))
            # A master and its worker, as Debian starts it: the master takes the signal for a reload.
            self.process = Process(folder, "haproxy", [installed("haproxy"), "-W", "-f", configuration])
            self.process.wait_for(lambda: is_listening(self.port), "listening")
        except BaseException:
            self.close()
            raise

    def configuration(self, issuer, audience):
        text = (ROOT / "e2e" / "haproxy.cfg.in").read_text()
        service = f"127.0.0.1:{self.service.server_address[1]}"
        filled = {
            "ISSUER": issuer, "AUDIENCE": audience, "LISTEN": f"127.0.0.1:{self.port}", "SERVICE": service,
            "KEYS": self.keys}
        for name, value in filled.items():
            text = text.replace(f"@{name}@", str(value))
        # A second algorithm, as the document says.
        signed = "".join(line + "\n" for line in text.splitlines() if line.strip().startswith("acl signed"))
        assert signed in text and "-m str ES256\n" in text
        text = text.replace("-m str ES256\n", f"-m str {' '.join(self.algorithms)}\n")
        return text.replace(signed, "".join(signed.replace("ES256", algorithm) for algorithm in self.algorithms))

    def fetch_keys(self, reload=None, algorithms=None):
        """Runs the script once, to its end."""
        environment = {
            "ISSUER": self.issuer, "ALGORITHMS": " ".join(algorithms or self.algorithms), "KEYS": str(self.keys),
            "RELOAD": reload or f"kill -USR2 {self.process.pid}", "TYKVA": str(binary("tykva"))}
        return subprocess.run(
            [str(SCRIPT)], capture_output=True, text=True, timeout=COMMAND_SECONDS, env=clean_environment(environment))

    def ask(self, *authorizations):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.putrequest("GET", "/anything")
        for authorization in authorizations:
            connection.putheader("Authorization", authorization)
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("WWW-Authenticate"), text

    def close(self):
        if self.process:
            self.process.stop()
        self.service.shutdown()
        self.thread.join()
        self.service.server_close()
