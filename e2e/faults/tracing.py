"""Faults at system calls, by strace."""

import signal
import time

from processes import STOP_SECONDS, Process, installed, wait_until

ATTACH_SECONDS = 60


class Tracer(Process):
    """strace at a process that runs: it meets the fault at the named calls until this is over.

    Calls are counted in each thread from here on; the store is written by one thread.
    """

    def __init__(self, folder, pid, calls, fault, when="1+"):
        command = [installed("strace"), "-f", "-e", f"trace={calls}", "-e", f"inject={calls}:{fault}:when={when}", "-p", pid]
        super().__init__(folder, "strace", command)
        # It may be over at once, with the process.
        wait_until(lambda: f"Process {pid} attached" in self.own_errors, ATTACH_SECONDS, "strace at the process")

    def end(self):
        """Leaves the process alone again; returns when that was."""
        if self.popen.poll() is None:
            self.signal(signal.SIGINT)
            self.popen.wait(ATTACH_SECONDS)
        return time.monotonic()


def killed_at_its_start(deployment, port, write):
    """Starts a server that is killed at its N-th write, were it before it is ready; True when it was."""
    injected = f"inject=pwrite64:signal=SIGKILL:when={write}"
    wrapper = [installed("strace"), "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", injected]
    settings = {"TYKVA_METRICS_LISTEN": "off"} | deployment.environment
    process = Process(deployment.folder, "killed", [*wrapper, *deployment.serve_command(port)], settings)
    return process.ended(STOP_SECONDS) == -signal.SIGKILL
