"""Servers whose clock is wrong, by libfaketime."""

import glob


def wrong_clock(offset):
    """Options of `serve` for a clock that is this far from the machine's: "-10m", "+25s".

    Started through `env`: the library changes the environment of the first program that it is loaded into, and Swift then
    no longer finds its arguments. The one that `env` becomes inherits it as it is. The monotonic clock stays right, as it
    does on a machine whose date is wrong.
    """
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
    assert library, "libfaketime is missing: run scripts/setup test"
    environment = {"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"environment": environment, "wrapper": ["env"]}
