import os

import pytest

from report import HEAD

lines = []


def pytest_collection_modifyitems(items):
    """The faults that take minutes run when they are asked for."""
    wanted = os.environ.get("TYKVA_FAULTS", "short")
    if wanted not in ("short", "all"):
        pytest.exit("TYKVA_FAULTS is short or all", 2)
    for item in items:
        if wanted == "short" and item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: make test-faults"))


@pytest.fixture
def report():
    """Takes the line of a fault, whatever comes of its test."""
    return lines.append


def pytest_terminal_summary(terminalreporter):
    if lines:
        terminalreporter.section("faults")
        for line in (HEAD, *lines):
            terminalreporter.write_line(str(line))
