"""A Tykva deployment in a temporary folder: the command line beside it, and the server as a process."""

import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess

import requests

from processes import PATIENCE, Process, binary, children, clean_environment, free_port

PASSWORD = "correct horse battery staple"
ORDERS = "https://orders.example"
BILLING = "https://billing.example"
COMMAND_SECONDS = 300


def refused(answer, error="invalid_grant", status=400):
    """Whether it is exactly this refusal of RFC 6749 §5.2, and gives no token."""
    body = answer.json()
    return (answer.status_code, body.get("error")) == (status, error) and not {"access_token", "refresh_token"} & set(body)


class Deployment:
    """A deployment on SQLite: a data folder and what is around it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.secrets = {}
        self.data = self.folder / "data"
        self.secret_path = self.data / "master-secret"
        # Where the store is, for every command; and what the environment has to say with it.
        self.store = ["--data", self.data]
        self.environment = {}

    @classmethod
    def copy(cls, original, folder):
        """A deployment with the users and clients of another that was never served, on the same engine."""
        made = original.copied(folder)
        made.secrets = dict(original.secrets)
        return made

    def copied(self, folder):
        made = Deployment(folder)
        shutil.copytree(self.data, made.data)
        return made

    def dump(self):
        """Everything that the database says, as SQL."""
        with contextlib.closing(sqlite3.connect(self.data / "tykva.sqlite")) as database:
            return "\n".join(database.iterdump())

    def execute(self, statement):
        """Changes the database behind the server's back."""
        with contextlib.closing(sqlite3.connect(self.data / "tykva.sqlite", timeout=PATIENCE)) as database, database:
            database.execute(statement)

    def lengthen_pauses(self):
        """Whoever waits after wrong passwords waits as long as anybody ever does: the first second is soon over."""
        self.execute(
            "UPDATE guess SET failures = 50 "
            "WHERE kind = 'account' AND failures >= 30 OR kind = 'account_network' AND failures >= 5")

    def stored(self):
        """Every byte that is written down in the store."""
        return b"".join(path.read_bytes() for path in self.data.glob("tykva.sqlite*"))

    def run(self, *arguments, stdin="", environment=None, data=True):
        """Runs a command to its end, whatever its exit code."""
        command = [binary("tykva"), *arguments, *(self.store if data else [])]
        return subprocess.run(
            [str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS,
            cwd=self.folder, env=clean_environment(self.environment | (environment or {})))

    def tykva(self, *arguments, **options):
        """Runs a command that must succeed, and returns what it printed."""
        done = self.run(*arguments, **options)
        assert done.returncode == 0, f"tykva {' '.join(map(str, arguments))}: {done.returncode}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self.tykva(*arguments, "--output", "json", **options))

    def add_user(self, name, *arguments, password=PASSWORD):
        return self.json("user", "add", name, "--password-stdin", *arguments, stdin=password + "\n")

    def add_client(self, name, *arguments):
        client = self.json("client", "add", name, *arguments)
        if client.get("secret"):
            self.secrets[name] = client["secret"]
        return client

    def audit(self, *arguments):
        return self.json("audit", *arguments)

    def sessions(self, user):
        return self.json("session", "list", "--user", user)

    def serve_command(self, port, *arguments):
        return [binary("tykva"), "serve", *self.store, "--listen", f"127.0.0.1:{port}", *arguments]

    def serve(self, *arguments, port=None, scheme="http", environment=None, **options):
        return Server(self, arguments, port or free_port(), scheme, environment or {}, **options)


class Server(Process):
    """`tykva serve`, ready; used as a context it is stopped at the end."""

    def __init__(self, deployment, arguments, port, scheme, environment, wrapper=(), issuer=None, name="serve"):
        self.deployment = deployment
        self.port = port
        self.issuer = issuer or f"{scheme}://127.0.0.1:{port}"
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.wrapper = wrapper
        command = [*wrapper, *deployment.serve_command(port, *arguments)]
        settings = {"TYKVA_METRICS_LISTEN": "off", "TYKVA_DRAIN_SECONDS": "0"} | deployment.environment | environment
        super().__init__(deployment.folder, name, command, settings)
        self.wait_for(lambda: "tykva: ready at" in self.output, "ready")
        assert self.output.splitlines()[-1] == f"tykva: ready at {self.issuer}"
        self.session = self.new_session()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def pid(self):
        """The server's own, also when a tracer runs it."""
        return next(iter(children(self.popen.pid)), self.popen.pid) if self.wrapper else self.popen.pid

    def kill(self):
        """Also under a tracer, without which the server would go on."""
        if self.wrapper and self.popen.poll() is None:
            self.signal(signal.SIGKILL)
        super().kill()

    @staticmethod
    def new_session(agent="e2e"):
        session = requests.Session()
        session.trust_env = False
        session.headers["User-Agent"] = agent
        return session

    def post(self, path, form, agent=None, session=None, **options):
        headers = options.pop("headers", {}) | ({"User-Agent": agent} if agent else {})
        return (session or self.session).post(self.url + path, data=form, headers=headers, timeout=PATIENCE, **options)

    def get(self, path, **options):
        return self.session.get(self.url + path, timeout=PATIENCE, **options)

    def sign_in(self, user="anna", password=PASSWORD, client="app", agent=None, **parameters):
        """Signs in, which must succeed, and returns the tokens."""
        answer = self.try_sign_in(user, password, client, agent, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def try_sign_in(self, user="anna", password=PASSWORD, client="app", agent=None, **parameters):
        form = {"grant_type": "password", "client_id": client, "username": user, "password": password}
        return self.post("/token", form | parameters, agent)

    def refresh(self, token, client="app", agent=None, session=None, **parameters):
        form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
        return self.post("/token", form | parameters, agent, session)

    def refreshed(self, token, **options):
        """Refreshes, which must succeed, and returns the tokens."""
        answer = self.refresh(token, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self):
        """Every line that the server wrote to stderr after its own start sentences, as JSON."""
        return [json.loads(line) for line in self.errors.splitlines() if not line.startswith("tykva: ")]
