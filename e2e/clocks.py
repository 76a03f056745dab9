"""Servers whose clock is wrong, by libfaketime."""

import glob


def wrong_clock(offset):
    """Options of `serve` for a clock that is this far from the machine's: "-10m", "+25s".

    Started through `env`: the library changes the environment of the first program that it is loaded into, and Swift then
    no longer finds its arguments. The one that `env` becomes inherits it as it is. The monotonic clock stays right, as it
    does on a machine whose date is wrong.
    """
    return options({"FAKETIME": offset})


class SteppedClock:
    """A clock that a test sets while the server runs."""

    def __init__(self, path):
        self._path = path
        self.step("+0")
        self.options = options({"FAKETIME_TIMESTAMP_FILE": str(path), "FAKETIME_NO_CACHE": "1"})

    def step(self, offset):
        """Sets it so far from the machine's."""
        # At once: the server reads the file whenever it looks at the time.
        new = self._path.with_suffix(".new")
        new.write_text(offset + "\n")
        new.rename(self._path)


class MovingClock(SteppedClock):
    """One that only goes forward, by sums. On SQLite only: a PostgreSQL has a clock of its own."""

    def __init__(self, folder):
        super().__init__(folder / "clock")
        self.seconds = 0

    def advance(self, seconds):
        self.seconds += seconds
        self.step(f"+{self.seconds}s")


def options(faketime):
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
    assert library, "libfaketime is missing: run scripts/setup test"
    environment = {"LD_PRELOAD": library, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"environment": environment | faketime, "wrapper": ["env"]}
