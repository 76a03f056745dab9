"""The two engines that a deployment can have its store on."""

import itertools

from deployment import Deployment
from postgres import Postgres, temporary_folder

names = itertools.count(1)


class SQLite:
    """A file in the deployment's data folder."""

    name = "sqlite"

    def deployment(self, folder):
        return Deployment(folder)

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

    def stored(self):
        return self.dump().encode()
