"""The two engines that a deployment can have its store on."""

import contextlib
import itertools

from deployment import BILLING, ORDERS, Deployment
from postgres import Postgres, temporary_folder

names = itertools.count(1)


def populate(made):
    """The users and clients of every test."""
    made.add_user("anna", "--display-name", "Anna", "--email", "anna@example.com", "--email-verified", "--role", "reader", "--role", "accountant")
    made.add_user("boris", "--role", "reader")
    scopes = [part for scope in ("openid", "profile", "offline_access", "orders:read", "orders:write", "billing:read")
              for part in ("--scope", scope)]
    for name in ("app", "other-app"):
        made.add_client(
            name, "--public", "--first-party", "--grant", "password", "--grant", "refresh_token", "--audience", ORDERS,
            "--audience", BILLING, *scopes, "--claim", "name", "--claim", "preferred_username", "--claim", "roles")
    made.add_client(
        "worker", "--grant", "client_credentials", "--audience", ORDERS, "--scope", "orders:read")
    made.add_client(
        "web", "--first-party", "--grant", "password", "--grant", "refresh_token", "--audience", ORDERS, "--scope",
        "orders:read")


class SQLite:
    """A file in the deployment's data folder."""

    name = "sqlite"

    def deployment(self, folder):
        return Deployment(folder)

    @contextlib.contextmanager
    def past(self, prepared, folder, clock):
        """A copy of a deployment at another time; and what leads to the present, when its server is stopped."""
        yield Deployment.copy(prepared, folder), lambda: None

    def close(self):
        pass


class PostgreSQL:
    """A database for each deployment, on one server for all tests; it starts with the first."""

    name = "postgres"

    def __init__(self):
        self._folder = temporary_folder()
        self.server = Postgres.create(self._folder.__enter__())

    def deployment(self, folder):
        return PostgresDeployment(folder, self.server)

    @contextlib.contextmanager
    def past(self, prepared, folder, clock):
        """On a server of its own: the database's clock is the one that counts."""
        with temporary_folder() as place, Postgres.create(place) as server:
            made = PostgresDeployment(folder, server)
            populate(made)
            server.stop()
            server.start(environment=clock)

            def present():
                server.stop()
                server.start()

            yield made, present

    def close(self):
        self.server.stop()
        self._folder.__exit__(None, None, None)


class PostgresDeployment(Deployment):
    """A deployment on PostgreSQL: a database of its own, and the master secret in a file."""

    def __init__(self, folder, server, template=None, secret=None):
        super().__init__(folder)
        self.server = server
        self.database = f"e2e_{next(names)}"
        server.create_database(self.database, template)
        self.data = None
        self.secret_path = self.folder / "master-secret"
        self.use(server.url(self.database))
        self.secret_path.touch(mode=0o600)
        self.secret_path.write_text(secret or self.tykva("secret", "new", data=False))

    def use(self, url):
        """Another way to the same database."""
        self.url = url
        self.store = ["--database", url]
        self.environment = {"TYKVA_MASTER_SECRET_FILE": str(self.secret_path)}

    def copied(self, folder):
        return PostgresDeployment(folder, self.server, self.database, self.secret_path.read_text())

    def dump(self):
        return self.server.dump(self.database)

    def execute(self, statement):
        self.server.sql(statement, self.database)

    def stored(self):
        return self.dump().encode()
