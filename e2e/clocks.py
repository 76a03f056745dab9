"""Servers whose clock is wrong, by libfaketime."""

import glob


def _library():
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
    assert library, "libfaketime is missing: run scripts/setup test"
    return library


def wrong_clock(offset):
    """Options of `serve` for a clock that is this far from the machine's: "-10m", "+25s".

    Started through `env`: the library changes the environment of the first program that it is loaded into, and Swift then
    no longer finds its arguments. The one that `env` becomes inherits it as it is. The monotonic clock stays right, as it
    does on a machine whose date is wrong.
    """
    environment = {"LD_PRELOAD": _library(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"environment": environment, "wrapper": ["env"]}


class MovingClock:
    """A clock that a test puts forward while the server runs. On SQLite only: a PostgreSQL has a clock of its own."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.seconds = 0
        self._write()

    def _write(self):
        self.path.write_text(f"+{self.seconds}s\n")

    def advance(self, seconds):
        self.seconds += seconds
        self._write()

    @property
    def options(self):
        """Options of `serve`."""
        options = wrong_clock("")
        del options["environment"]["FAKETIME"]
        options["environment"] |= {"FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_NO_CACHE": "1"}
        return options
