"""Running a command as a person at a terminal does."""

import contextlib
import os
import pty
import subprocess

from processes import PATIENCE, clean_environment


def on_terminal(*command, cwd=None, environment=None):
    """Runs a command whose errors go to a terminal.

    Its exit code, its output, and the bytes that the terminal was sent.
    """
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=secondary, cwd=cwd,
        env=clean_environment(environment))
    os.close(secondary)
    shown = b""
    # At the end of the last program that has a terminal open, reading it fails.
    with contextlib.suppress(OSError):
        while part := os.read(primary, 65536):
            shown += part
    os.close(primary)
    output = process.communicate(timeout=PATIENCE)[0].decode()
    return process.returncode, output, shown
