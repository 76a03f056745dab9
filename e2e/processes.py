"""Real processes: the binaries under test and other people's programs, each stopped by its own id."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 60
# How long a client, or a test, waits for what should come at once: whoever waits in vain has found a fault, and not a
# machine that does something else for a while.
PATIENCE = 90
# Below those that the system gives to whoever asks for any: no other program's connection begins at one of these.
PORTS = range(10_000, 32_000, 100)


def binary(name):
    """A built binary: from the folder TYKVA_BIN, or of the debug build."""
    folder = pathlib.Path(os.environ.get("TYKVA_BIN") or ROOT / ".build" / "debug")
    return folder.resolve() / name


def clean_environment(extra=None):
    """The environment of a child: nothing of the caller's that changes settings, trust or proxies."""
    unwanted = {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "CREDENTIALS_DIRECTORY"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith(("TYKVA_", "PG")) and not name.lower().endswith("_proxy")
    }
    return kept | (extra or {})


def _ports():
    """Ports that nobody listens at, each once; a hundred belong to the run that holds the first of them."""
    for first in PORTS:
        if claim := _bound(first):
            _claims.append(claim)
            for port in range(first + 1, first + PORTS.step):
                if probe := _bound(port):
                    probe.close()
                    yield port
    raise AssertionError("every port is used")


def _bound(port):
    bound = socket.socket()
    try:
        bound.bind(("127.0.0.1", port))
        return bound
    except OSError:
        bound.close()
        return None


_claims = []
_free_ports = _ports()
_one_at_a_time = threading.Lock()


def free_port():
    """A port for one server of this run, which may start and end there; nobody else gets it meanwhile."""
    with _one_at_a_time:
        return next(_free_ports)


def wait_until(condition, seconds, what):
    """Polls until the condition gives something true, and returns that.

    `seconds` are what it may take; a machine that is slow has more.
    """
    seconds = max(seconds, PATIENCE)
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children(pid):
    """The ids of a process's children."""
    with contextlib.suppress(OSError):
        return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split()]
    return []


class Process:
    """A child with its output in files; stop() and kill() end exactly this one."""

    def __init__(self, folder, name, command, environment=None):
        self.name = name
        # A second start of the same name goes on in the same files.
        self.output_path = folder / f"{name}.stdout"
        self.error_path = folder / f"{name}.stderr"
        self._output_start, self._error_start = (
            path.stat().st_size if path.exists() else 0 for path in (self.output_path, self.error_path))
        with open(self.output_path, "ab") as output, open(self.error_path, "ab") as errors:
            self.popen = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env=clean_environment(environment), cwd=folder, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def output(self):
        return self.output_path.read_bytes()[self._output_start:].decode()

    @property
    def errors(self):
        """Of every start of this name."""
        return self.error_path.read_bytes().decode()

    @property
    def own_errors(self):
        return self.error_path.read_bytes()[self._error_start:].decode()

    def wait_for(self, condition, what, seconds=START_SECONDS):
        def ready():
            assert self.popen.poll() is None, f"{self.name} ended with {self.popen.returncode}:\n{self.errors[-2000:]}"
            return condition()

        try:
            return wait_until(ready, seconds, f"{self.name}: {what}")
        except BaseException:
            self.kill()
            raise

    def signal(self, number):
        self.signal_pid(self.pid, number)

    @staticmethod
    def signal_pid(pid, number):
        os.kill(pid, number)

    def stop(self, seconds=STOP_SECONDS):
        """Asks it to end, and returns its exit code."""
        if self.popen.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.name} did not end within {seconds} s") from None
        return self.popen.returncode

    def ended(self, seconds):
        """Waits for its end by itself, and returns its exit code."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            for pid in (*children(self.pid), self.pid):
                self.signal_pid(pid, signal.SIGKILL)
            self.popen.wait(STOP_SECONDS)
            raise AssertionError(f"{self.name} did not end by itself within {seconds} s") from None

    def kill(self):
        if self.popen.poll() is None:
            self.signal(signal.SIGKILL)
            self.popen.wait(STOP_SECONDS)


def installed(program):
    """The path of a Debian program that `scripts/setup test` installs."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin:/sbin")
    assert path, f"{program} is missing: run scripts/setup test"
    return path
