"""PostgreSQL servers of the tests' own: in temporary folders, in the foreground, ended by their own ids."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import urllib.parse

from processes import PATIENCE, STOP_SECONDS, Process, children, free_port, installed, is_listening, wait_until

ROLE = "tykva"
ADMINISTRATOR = "postgres"
PASSWORD = "the password of the role"
COMMAND_SECONDS = 120


def program(name):
    """A program of the newest PostgreSQL that is installed."""
    found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    assert found, f"PostgreSQL's {name} is missing: run scripts/setup test"
    return max(found, key=lambda path: int(path.split("/")[4]))


def unprivileged():
    """What a command begins with so that it does not run as root, which PostgreSQL and PgBouncer refuse.

    `setpriv` becomes the program: its process id is the program's.
    """
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={ADMINISTRATOR}", f"--regid={ADMINISTRATOR}", "--clear-groups"]


def run(*command, **options):
    done = subprocess.run(
        [*unprivileged(), *map(str, command)], capture_output=True, text=True, timeout=COMMAND_SECONDS, cwd="/", **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def temporary_folder():
    """Where the unprivileged user can go, and short enough for the path of a socket."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tykva-pg-", dir="/tmp"))
    own(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own(path):
    """Gives a path to the user that PostgreSQL runs as."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(ADMINISTRATOR)
        os.chown(path, user.pw_uid, user.pw_gid)


class Postgres:
    """One server: a loopback port and a socket in its folder.

    Clients of the role `tykva` need no password unless `scram` is asked for. Used as a context it is stopped at the end.
    """

    def __init__(self, folder, name="postgres", data=None, settings=None, scram=False, initdb=()):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.data = pathlib.Path(data) if data else self.folder / name
        self.port = free_port()
        self.settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
            "max_connections": 200, "fsync": "off", "shared_buffers": "32MB", "wal_keep_size": "64MB",
            "log_min_messages": "warning", "timezone": "UTC"} | (settings or {})
        self.process = None
        self.scram = scram
        self._initdb = initdb

    @classmethod
    def create(cls, folder, **options):
        """A new server, started, with the role `tykva`, which may make databases and is no superuser."""
        made = cls(folder, **options)
        run(program("initdb"), "--pgdata", made.data, "--username", ADMINISTRATOR, "--locale=C", "--encoding=UTF8",
            "--auth-local=trust", f"--auth-host={'scram-sha-256' if made.scram else 'trust'}", "--no-sync", *made._initdb)
        made.start()
        made.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{PASSWORD}'")
        return made

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    # Its life.

    def start(self, wait=True, environment=None):
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        # After the change of user: libfaketime makes a semaphore that belongs to the user it has found.
        changed = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
        self.process = Process(
            self.folder, self.name, [*unprivileged(), *changed, program("postgres"), "-D", self.data, *options])
        if wait:
            self.process.wait_for(self.is_ready, "ready")

    def is_ready(self):
        """Whether it takes connections."""
        done = subprocess.run(
            [program("pg_isready"), "-q", "-U", ADMINISTRATOR, "-h", str(self.folder), "-p", str(self.port)], timeout=COMMAND_SECONDS)
        return done.returncode == 0

    def is_running(self):
        return self.process is not None and self.process.popen.poll() is None

    def stop(self):
        """The fast way of stopping: it ends every connection, and writes what it has."""
        if self.is_running():
            self.process.signal(signal.SIGINT)
            self.process.popen.wait(PATIENCE)

    def kill(self):
        """`kill -9` of the postmaster and every process of its: nothing more is done or answered."""
        if not self.is_running():
            return
        processes = self._signal_all(signal.SIGSTOP, signal.SIGKILL)
        self.process.popen.wait(STOP_SECONDS)
        wait_until(lambda: not any(map(_lives, processes)), 30, "the end of every process of PostgreSQL")

    def pause(self):
        """SIGSTOP of every process of its: connections stay open, and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, *numbers):
        """Signals the postmaster and then its children: of a stopped or dead one no new child comes."""
        self.process.signal(numbers[0])
        processes = [self.process.pid, *children(self.process.pid)]
        for number in numbers:
            for pid in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        return processes

    # What is in it.

    def sql(self, text, database="postgres", user=ADMINISTRATOR):
        """Runs SQL and returns what psql prints, unaligned."""
        return run(
            program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port, "-U", user, "-d", database,
            "-c", text).strip()

    def set(self, name, value):
        """Changes a setting of the server that runs."""
        self.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("SELECT pg_reload_conf()")

    def create_database(self, name, template=None):
        source = f' TEMPLATE "{template}"' if template else ""
        self.sql(f'CREATE DATABASE "{name}" OWNER {ROLE}{source}')

    def dump(self, database):
        """Every row and definition, as SQL."""
        text = run(program("pg_dump"), "-h", self.folder, "-p", self.port, "-U", ADMINISTRATOR, database)
        # A key that is another one each time.
        return "\n".join(line for line in text.splitlines() if "restrict" not in line)

    def url(self, database, **parameters):
        """Over TCP."""
        return self.url_of([self], database, **parameters)

    def socket_url(self, database, **parameters):
        query = urllib.parse.urlencode({"host": self.folder, "port": self.port} | parameters, safe="/")
        return f"postgres://{ROLE}@/{database}?{query}"

    @staticmethod
    def url_of(servers, database, **parameters):
        """One URL of several servers, of which one takes writes."""
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
        query = urllib.parse.urlencode(parameters, safe="/")
        return f"postgres://{ROLE}@{hosts}/{database}" + (f"?{query}" if query else "")

    # A replica.

    def replica(self, folder, name="replica"):
        """An asynchronous streaming replica of this server, started."""
        made = Postgres(folder, name, settings={
            key: value for key, value in self.settings.items() if key not in ("port", "unix_socket_directories")})
        run(program("pg_basebackup"), "-h", self.folder, "-p", self.port, "-U", ADMINISTRATOR, "--pgdata", made.data,
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
        made.start()
        wait_until(self._is_streaming, 30, "a streaming replica")
        return made

    def _is_streaming(self):
        return self.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") != "0"

    def wait_for_replicas(self):
        """Until they have all that is written by now."""
        written = self.sql("SELECT pg_current_wal_lsn()")
        behind = f"SELECT count(*) FROM pg_stat_replication WHERE flush_lsn IS NULL OR flush_lsn < '{written}'"
        wait_until(lambda: self.sql(behind) == "0", 30, "replicas that have everything")

    def stop_sending(self):
        """From here on the replicas lag: the processes that send to them are stopped (they die with the others).

        A replica that is only told to apply later has already received: it would lose nothing when it takes over.
        """
        senders = [int(pid) for pid in self.sql("SELECT pid FROM pg_stat_replication").split()]
        assert senders, "there is no replica"
        for pid in senders:
            os.kill(pid, signal.SIGSTOP)

    def promote(self):
        assert self.sql("SELECT pg_promote(true, 60)") == "t"

    # Strangers at its connections.

    def connections(self, database):
        """How many clients are in a database."""
        return int(self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"))

    def end_connections(self, database):
        self.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def _lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def hold_connection(port, database="postgres", user=ROLE):
    """A connection that is open and asks nothing; ConnectionError when the server has none left."""
    held = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    body = struct.pack("!i", 196608) + b"".join(
        part.encode() + b"\0" for part in ("user", user, "database", database)) + b"\0"
    held.sendall(struct.pack("!i", len(body) + 4) + body)
    received = None
    with held.makefile("rb") as answers:
        # Who is let in is told so before the places are counted: it is ready at Z, or refused at E.
        while received not in (b"Z", b"E", b""):
            received = answers.read(1)
            answers.read(int.from_bytes(answers.read(4) or b"\0\0\0\4", "big") - 4)
    if received != b"Z":
        held.close()
        raise ConnectionError("refused")
    return held


class PgBouncer:
    """PgBouncer in transaction mode before one server: every transaction gets any of a few connections."""

    def __init__(self, server, folder, size=5, more=""):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        users, configuration = self.folder / "users.txt", self.folder / "pgbouncer.ini"
        users.write_text(f'"{ROLE}" ""\n')
        configuration.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {users}\npool_mode = transaction\ndefault_pool_size = {size}\n"
            f"max_client_conn = 200\nserver_login_retry = 1\n{more}")
        for path in (users, configuration):
            own(path)
        self._configuration = configuration
        self.start()

    def start(self):
        command = [*unprivileged(), installed("pgbouncer"), self._configuration]
        self.process = Process(self.folder, "pgbouncer", command)
        self.process.wait_for(lambda: is_listening(self.port), "listening")

    def url(self, database, **parameters):
        return Postgres.url_of([self], database, **({"prepared": "off"} | parameters))

    def stop(self):
        self.process.kill()
