"""What new passwords are held against: on the command line, at the page, and when something of it is not there."""

import subprocess
import time
import urllib.parse

import pytest

from deployment import PASSWORD
from processes import binary, clean_environment, free_port
from ranges import LEAKED, RangeServer
from visitor import Visitor

GOOD = "a lantern in the orchard"
DICTIONARY = "/var/cache/cracklib"
NO_DICTIONARY = "no dictionary of common passwords at"


@pytest.fixture
def ranges():
    with RangeServer() as running:
        yield running


@pytest.fixture
def no_dictionary():
    """What hides the system's dictionary from a program: a mount of its own; whoever may not mount skips the test."""
    wrapper = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs tykva-e2e {DICTIONARY} && exec "$@"', "sh"]
    tried = subprocess.run([*wrapper, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    return wrapper


def sets_password(deployment, password, user="anna", **environment):
    return deployment.run(
        "user", "password", user, "--password-stdin", stdin=password + "\n", environment=environment)


def changes_password(server, new, current=PASSWORD, user="anna"):
    """What the page says in the end."""
    visitor = Visitor(server, user=user, password=current)
    page = visitor.go(f"{server.url}/account/password")
    form = next(form for form in page.forms if form.action == "/account/password")
    fields = form.fields | {"current": current, "new": new, "repeated": new}
    return visitor.open(urllib.parse.urljoin(page.url, form.action), form=fields)


@pytest.mark.parametrize("password, words", [
    ("short", "at least 15 characters"), ("x" * 300, "at most 256 characters"),
    ("Understanding1985", "a common word or password"), ("understandingunderstanding", "again and again"),
    ("abcdefghijklmnop", "rows of the alphabet"), ("Mirela.Zucca.1985", "the user's names"),
    ("m.zucca@example.com", "the user's names"), ("tykva tykva TYKVA", "the names of this service"),
])
def test_a_refused_password_changes_nothing_and_is_not_repeated(deployment, password, words):
    names = ("--email", "m.zucca@example.com", "--display-name", "Mirela Zucca")
    new = deployment.run("user", "add", "mirela", "--password-stdin", *names, stdin=password + "\n")
    deployment.add_user("mirela-z", *names)
    known = sets_password(deployment, password, "mirela-z")
    for done in (new, known):
        assert done.returncode == 1 and done.stdout == ""
        assert words in done.stderr and len(done.stderr.splitlines()) == 1 and password not in done.stderr
    assert deployment.run("user", "show", "mirela").returncode == 1
    with deployment.serve() as server:
        server.sign_in("mirela-z")


def test_the_minimum_is_the_operators(deployment):
    lower = {"TYKVA_PASSWORD_MINIMUM": "8"}
    assert sets_password(deployment, "zq8 plove").returncode == 1
    assert sets_password(deployment, "zq8 plove", **lower).returncode == 0
    assert "at least 8 characters" in sets_password(deployment, "zq8 plo", **lower).stderr
    with deployment.serve(environment=lower) as server:
        server.sign_in(password="zq8 plove")
        page = changes_password(server, "zq9 plo", current="zq8 plove")
        assert page.status == 422 and "at least 8 characters" in page.text
        assert changes_password(server, "zq9 plove", current="zq8 plove").status == 200
        server.sign_in(password="zq9 plove")


def test_a_list_of_the_operators_own(deployment, tmp_path):
    listed = tmp_path / "listed"
    listed.write_text("Kohl und Pinkel 2024\r\n\nlaterne laterne\n", encoding="utf-8")
    setting = {"TYKVA_COMMON_PASSWORDS_FILE": str(listed)}
    done = sets_password(deployment, "kohl und pinkel 2024!", **setting)
    assert done.returncode == 1 and "a common word or password" in done.stderr
    with deployment.serve(environment=setting) as server:
        assert "a common word or password" in changes_password(server, "KOHL und Pinkel 2024").text
        assert "a common word or password" in changes_password(server, "Understanding1985").text, "the dictionary too"
        assert "Your password is changed" in changes_password(server, "kohl und pinkel mit senf").text


def test_the_faults_of_the_settings_are_told_at_once(deployment, tmp_path):
    lists = {"empty": b"\n\r\n", "large": b"a" * (8 * 1024 * 1024 + 1), "bytes": b"pass\xffword\n"}
    for name, content in lists.items():
        (tmp_path / name).write_bytes(content)
    told = {
        tmp_path / "empty": "holds no password", tmp_path / "large": "longer than 8388608 bytes",
        tmp_path / "bytes": "is not UTF-8 text", tmp_path / "missing": "No such file", tmp_path: "Is a directory",
    }
    others = {"TYKVA_PASSWORD_MINIMUM": "7", "TYKVA_LEAKED_PASSWORDS_URL": "http://ranges.example.com/"}
    for path, words in told.items():
        settings = others | {"TYKVA_COMMON_PASSWORDS_FILE": str(path)}
        for command in (["config", "check"], ["serve", "--listen", f"127.0.0.1:{free_port()}"], ["user", "list"]):
            done = deployment.run(*command, environment=settings)
            lines = done.stderr.splitlines()
            assert done.returncode == 78 and len(lines) == 3, done.stderr
            assert any("common_passwords_file:" in line and str(path) in line and words in line for line in lines), lines
            assert any("password_minimum:" in line and "8 to 64" in line for line in lines), lines
            assert any("leaked_passwords_url:" in line and "https" in line for line in lines), lines


# Leaked passwords.

def test_a_leaked_password_is_refused(deployment, ranges):
    setting = {"TYKVA_LEAKED_PASSWORDS_URL": ranges.url}
    done = sets_password(deployment, LEAKED, **setting)
    assert done.returncode == 1 and "in a collection of stolen ones" in done.stderr
    assert ranges.came == [(f"/range/{ranges.prefix}", "true")]
    assert sets_password(deployment, LEAKED).returncode == 0, "nobody is asked unless that is set"
    assert sets_password(deployment, PASSWORD, **setting).returncode == 0
    with deployment.serve(environment=setting) as server:
        page = changes_password(server, LEAKED)
        assert page.status == 422 and "stolen elsewhere" in page.text
        assert "Your password is changed" in changes_password(server, GOOD).text
        assert server.log() and not any(ranges.prefix in str(line) or "leaked" in str(line) for line in server.log())
    assert len(ranges.came) == 4 and all(path.startswith("/range/") and len(path) == 12 for path, _ in ranges.came)


@pytest.mark.parametrize("fault, words", [
    ("down", "refused"), ("garbage", "no range of hashes"), ("slow", "within 2 seconds"), ("large", "too large"),
])
def test_a_range_server_in_trouble_keeps_nobody_from_a_password(deployment, ranges, fault, words):
    url = ranges.url
    if fault == "down":
        url = f"http://127.0.0.1:{free_port()}/range"
    elif fault == "slow":
        ranges.pause = 120
    else:
        ranges.answer = b"<html>" if fault == "garbage" else ranges.answer * 5000
    setting = {"TYKVA_LEAKED_PASSWORDS_URL": url}
    before = time.monotonic()
    done = sets_password(deployment, LEAKED, **setting)
    assert done.returncode == 0 and time.monotonic() - before < 60
    assert len(done.stderr.splitlines()) == 1 and url in done.stderr and words in done.stderr.lower()
    assert ranges.prefix not in done.stderr and LEAKED not in done.stderr
    with deployment.serve(environment=setting) as server:
        assert "Your password is changed" in changes_password(server, GOOD, current=LEAKED).text
        assert "Your password is changed" in changes_password(server, LEAKED, current=GOOD).text
        told = [line for line in server.log() if "leaked passwords" in str(line)]
        assert len(told) == 1 and told[0]["level"] == "warning", "once in a while"
        assert words in str(told).lower() and ranges.prefix not in server.errors and LEAKED not in server.errors


# Without a dictionary.

def test_without_a_dictionary_it_serves_and_says_once_what_is_not_checked(deployment, no_dictionary):
    with deployment.serve(wrapper=no_dictionary) as server:
        assert "Your password is changed" in changes_password(server, "Understanding1985").text
        assert "rows of the alphabet" in changes_password(server, "abcdefghijklmnop", current="Understanding1985").text
        told = [line for line in server.log() if NO_DICTIONARY in str(line)]
        assert len(told) == 1 and told[0]["level"] == "warning" and "cracklib-runtime" in str(told)
        assert DICTIONARY + ": " not in server.errors, "libcrack itself has complained"


def test_without_a_dictionary_commands_say_so_when_a_password_is_chosen(deployment, no_dictionary):
    def hidden(*command, **options):
        arguments = [*no_dictionary, str(binary("tykva")), *command, *map(str, deployment.store)]
        return subprocess.run(arguments, capture_output=True, text=True, env=clean_environment(), **options)

    done = hidden("user", "password", "anna", "--password-stdin", input="Understanding1985\n")
    assert done.returncode == 0 and NO_DICTIONARY in done.stderr and len(done.stderr.splitlines()) == 1
    assert hidden("user", "list").stderr == ""
    with deployment.serve() as server:
        assert not any(NO_DICTIONARY in str(line) for line in server.log())
        server.sign_in(password="Understanding1985")
        assert "common word" in changes_password(server, "Incomprehensible!", current="Understanding1985").text
