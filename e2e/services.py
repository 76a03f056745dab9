"""The example services `orders` and `billing` as processes."""

import requests

from processes import PATIENCE, Process, binary, free_port, is_listening


class Service:
    """`orders` or `billing`, behind one issuer."""

    def __init__(self, name, folder, issuer, port=None, **environment):
        self.port = port or free_port()
        settings = {"ISSUER": issuer, "PORT": str(self.port)} | environment
        self.process = Process(folder, name, [binary(name)], settings)
        self.process.wait_for(lambda: is_listening(self.port), "listening")

    def ask(self, path, *authorizations, method="GET", **options):
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": authorizations[0]} if authorizations else {}
            return session.request(
                method, f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=PATIENCE, **options)

    def metrics(self):
        """What the verifier says of itself, by the end of the names: `fetches_total` and so on."""
        return {name.removeprefix("tykva_verifier_jwks_"): value
                for name, value in series(self.ask("/metrics").text).items()}


def series(exposition):
    """The numbers of a text of Prometheus' format, by name and labels."""
    lines = (line.rsplit(" ", 1) for line in exposition.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}
