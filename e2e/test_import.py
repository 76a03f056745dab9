"""`tykva user import`: users of other systems go in by the thousand, and sign in with their passwords of there."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from deployment import PASSWORD, Deployment
from foreign_hashes import everything, keycloak_password, keycloak_passwords
from processes import STOP_SECONDS, binary, clean_environment, wait_until
from terminal import on_terminal

# A debug build takes minutes for a hundred thousand.
USERS = int(os.environ.get("TYKVA_IMPORT_USERS", "20000"))
FAILED, USAGE = 1, 2
BCRYPT = "$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS"
# Of the process as a debug build; what all of them may cost beside what 1,000 do.
MEMORY_MIB = 110
GROWTH_MIB = 16


def line(name, **members):
    return json.dumps({"name": name} | members) + "\n"


def crowd(path, count, broken=()):
    """A file of so many users, in which these lines are broken in one way or another."""
    ways = ["{", '{"name": 1}\n', line("x", password_hash="md5$a$b"), line("x", roles=["a b"]), "\xff\n", line("", roles=[])]
    with open(path, "w", encoding="latin-1") as file:
        for number in range(1, count + 1):
            if number in broken:
                file.write(ways[number % len(ways)].rstrip("\n") + "\n")
            else:
                file.write(line(
                    f"user-{number:06}", email=f"user-{number:06}@example.com", email_verified=True,
                    display_name=f"User Number {number}", roles=["reader"], attributes={"groups": ["sales", "north"]},
                    password_hash=BCRYPT))
    return path


def measured(deployment, *arguments, stdin=None):
    """Runs an import, and tells what it printed, what it took in seconds, and its peak of memory in MiB."""
    out, err = deployment.folder / "import.out", deployment.folder / "import.err"
    command = [binary("tykva"), "user", "import", *arguments, *deployment.store]
    start = time.monotonic()
    with open(out, "wb") as output, open(err, "wb") as errors:
        process = subprocess.Popen(
            [str(part) for part in command], stdin=stdin or subprocess.DEVNULL, stdout=output, stderr=errors,
            cwd=deployment.folder, env=clean_environment(deployment.environment))
        peak = 0
        while process.poll() is None:
            peak = max(peak, peak_of(process.pid))
            time.sleep(0.02)
    seconds = time.monotonic() - start
    return process.returncode, out.read_text(), err.read_text(), seconds, peak / 1024


def peak_of(process):
    """The most memory that a process has had resident so far, in KiB. What the system tells at its end counts the
    memory of the tests too, from before the program was loaded."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        if "Name:\ttykva\n" not in status:
            return 0
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE).group(1))
    except (OSError, AttributeError):
        return 0


def imported(deployment, text, *arguments, path="-"):
    """An import of a text, whatever its exit code."""
    return deployment.run("user", "import", path, *arguments, stdin=text)


def hashes(deployment):
    """The schemes of all stored password hashes, by name: what stands before the salt."""
    listed = re.findall(r"\$(argon2id?|argon2i|2[aby]|5|6|7|scrypt|pbkdf2-sha\d+)\$[^'\s,]", deployment.dump())
    return set(listed)


@pytest.mark.timeout(600 + USERS // 20)
def test_many_thousand_users_with_broken_lines(deployment, tmp_path, request):
    broken = set(range(997, USERS, 4_999))
    users = crowd(tmp_path / "users.jsonl", USERS, broken)
    few = crowd(tmp_path / "few.jsonl", 1_000)
    base = max(measured(Deployment.copy(deployment, tmp_path / f"few-{number}"), few)[-1] for number in range(3))
    code, output, errors, seconds, memory = measured(deployment, users)
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{USERS} users in {seconds:.1f} s, {USERS / seconds:.0f} a second, {memory:.0f} MiB "
              f"(1,000 users: {base:.0f} MiB)")
    assert code == FAILED
    lines = output.splitlines()
    refused = [int(re.match(r"line (\d+): ", told).group(1)) for told in lines if told.startswith("line ")]
    assert refused == sorted(broken)
    assert f"added {USERS - len(broken)} users, refused {len(broken)}" in lines
    assert f"passwords: {USERS - len(broken)} bcrypt" in lines
    progress = errors.splitlines()
    assert len(progress) == USERS // 10_000 and all(told.startswith("tykva: read ") for told in progress), errors
    assert memory < MEMORY_MIB and memory - base < GROWTH_MIB, (base, memory)
    assert deployment.json("user", "show", f"user-{USERS:06}")["attributes"] == {"groups": ["sales", "north"]}

    # Again: nothing changes, and the file is told line by line.
    code, output, _, _, again = measured(deployment, users)
    assert code == FAILED and again < MEMORY_MIB
    assert f"added 0 users, refused {USERS}; nothing was changed" in output
    assert output.count(": this name is taken\n") == USERS - len(broken)


def test_everybody_signs_in_with_the_password_of_there_and_has_our_hash_then(deployment, tmp_path):
    password = "Crème brûlée & 15 more"
    lines = {name: line(name, password_hash=text) for name, text in everything(password).items()}
    realm = {"realm": "shop", "users": [
        {"username": name, "enabled": True, "credentials": [credential]}
        for name, credential in keycloak_passwords(password).items()]}
    done = imported(deployment, "".join(lines.values()), "--output", "json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["hashes"] == {
        "argon2i": 1, "argon2id": 2, "bcrypt": 4, "pbkdf2": 2, "scrypt": 4, "sha-crypt": 2}
    assert imported(deployment, json.dumps(realm, indent=2)).returncode == 0
    users = [*lines, *(user["username"] for user in realm["users"])]
    assert hashes(deployment) > {"2a", "2b", "2y", "5", "6", "7", "scrypt", "argon2i", "pbkdf2-sha1", "pbkdf2-sha512"}
    with deployment.serve() as server:
        for name in users:
            for wrong in ("a", password + " ", password[:-1], PASSWORD):
                answer = server.try_sign_in(name, wrong)
                assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), name
            server.sign_in(name, password)
        for name in users:
            assert server.try_sign_in(name, password + "x").status_code == 400
            server.sign_in(name, password)
        assert server.stop() == 0
    assert hashes(deployment) == {"argon2id"}
    costs = re.findall(r"\$argon2id\$v=19\$([^$]+)\$", deployment.dump())
    assert len(costs) == len(users) + 2 and set(costs) == {"m=19456,t=2,p=1"}


def test_a_check_writes_nothing_and_tells_what_would_be_refused(deployment):
    before = deployment.dump()
    text = (line("carla", password_hash=BCRYPT) + line("dora", password_hash="$1$salt$qJH7.N4xYta3aEG/dfqo/0")
            + line("emil", password_hash=BCRYPT.replace("$05$", "$15$")) + line("Anna") + line("carla") + "broken\n"
            + line("frida"))
    done = imported(deployment, text, "--check")
    assert done.returncode == FAILED and done.stderr == ""
    assert done.stdout.splitlines() == [
        "line 2: password hash: it is of no scheme that can be verified here",
        "line 3: password hash: verifying it would cost too much: the cost may be 14 at most",
        "line 4: user Anna: this name is taken", "line 5: user carla: this name stands in the file before",
        "line 6: line: the JSON has a byte that may not stand there (at byte 0)",
        "would add 2 users, would refuse 5", "passwords: 1 bcrypt", "without a password: 1",
        "refused because their password could not be verified: 2"]
    summary = json.loads(imported(deployment, text, "--check", "--output", "json").stdout)
    assert [refusal["line"] for refusal in summary["refusals"]] == [2, 3, 4, 5, 6]
    assert {key: summary[key] for key in ("format", "check", "added", "refused", "unverifiable", "without_password")} == {
        "format": "jsonl", "check": True, "added": 2, "refused": 5, "unverifiable": 2, "without_password": 1}
    assert deployment.dump() == before
    assert imported(deployment, line("frida"), "--check").returncode == 0
    assert deployment.dump() == before


def test_a_keycloak_realm_comes_over_and_what_stays_is_told(deployment, tmp_path):
    realm = {"id": "1", "realm": "shop", "clients": [{"clientId": "web"}], "federatedUsers": [{"id": "f:1"}], "users": [
        {"id": "a", "username": "carla", "enabled": True, "email": "carla@example.com", "emailVerified": True,
         "firstName": "Carla", "lastName": "Novák", "realmRoles": ["default-roles-shop", "reader"],
         "groups": ["/sales"], "attributes": {"shoe": ["43"]}, "requiredActions": ["UPDATE_PASSWORD"],
         "credentials": [keycloak_password(PASSWORD, "pbkdf2-sha256", "sha256", 27_500, 64),
                         {"type": "otp", "secretData": "{}", "credentialData": "{}"}]},
        {"username": "dora", "enabled": False, "federationLink": "ldap"},
        {"username": "service-account-web", "serviceAccountClientId": "web"},
    ]}
    path = tmp_path / "realm.json"
    path.write_text(json.dumps(realm, indent=2))
    done = imported(deployment, "", path=path)
    assert done.returncode == FAILED
    assert [told for told in done.stdout.splitlines() if not told.startswith("line ")] == [
        "added 2 users, refused 1", "passwords: 1 pbkdf2", "without a password: 1",
        "not taken over: attributes that nobody has defined of 1 user (such as shoe)",
        "not taken over: required actions of 1 user", "not taken over: second factors of 1 user",
        "not taken over: the user storage (LDAP or another) with the passwords of 1 user",
        "not taken over: 1 user of a user storage"]
    carla = deployment.json("user", "show", "carla")
    assert (carla["display_name"], carla["email_verified"], carla["roles"]) == ("Carla Novák", True, ["reader"])
    assert carla["attributes"] == {"groups": ["/sales"]}
    assert deployment.json("user", "show", "dora")["disabled_at"]
    with deployment.serve() as server:
        server.sign_in("carla@example.com")
        assert server.try_sign_in("dora").status_code == 400


def test_an_import_beside_a_server_can_be_used_at_once(deployment):
    with deployment.serve() as server:
        assert server.try_sign_in("carla").status_code == 400
        assert imported(deployment, line("carla", password_hash=BCRYPT)).returncode == 0
        server.sign_in("carla")


def test_refreshes_go_on_beside_an_import(deployment, tmp_path):
    with deployment.serve() as server:
        token = server.sign_in()["refresh_token"]
        users = crowd(tmp_path / "users.jsonl", 5_000)
        process = subprocess.Popen(
            [str(part) for part in (binary("tykva"), "user", "import", users, *deployment.store)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment(deployment.environment))
        times, began = [], time.monotonic()
        while process.poll() is None:
            start = time.monotonic()
            token = server.refreshed(token)["refresh_token"]
            times.append(time.monotonic() - start)
        assert process.returncode == 0 and len(times) > 5
        assert max(times) < 0.5 * (time.monotonic() - began), f"a refresh took {max(times):.1f} s"


def test_a_first_import_makes_the_deployment(tmp_path):
    deployment = Deployment(tmp_path / "new")
    assert imported(deployment, line("anna", password_hash=BCRYPT)).stdout.startswith("added 1 user, refused 0\n")
    assert deployment.json("user", "list")[0]["name"] == "anna"


@pytest.mark.parametrize("arguments, words, code", [
    (("missing.jsonl",), "missing.jsonl cannot be read: No such file", FAILED),
    (("/",), "cannot be read: Is a directory", FAILED),
    (("-", "--format", "csv"), "it must be one of jsonl, keycloak", USAGE),
    ((), "Missing expected argument", USAGE),
    (("-",), "there are no users in standard input", FAILED),
    (("-", "--format", "keycloak"), "--users realm_file", FAILED),
])
def test_what_cannot_be_imported_is_said_in_a_sentence(deployment, arguments, words, code):
    done = deployment.run("user", "import", *arguments)
    assert done.returncode == code and words in done.stderr, done.stderr
    assert "Fatal error" not in done.stderr


def test_an_array_of_realms_is_refused(deployment):
    done = imported(deployment, '[{"realm": "a"}, {"realm": "b"}]')
    assert done.returncode == FAILED and "--realm" in done.stderr


def test_on_a_terminal_progress_is_one_line(deployment, tmp_path):
    users = crowd(tmp_path / "users.jsonl", 3_000, {1_500})
    code, output, shown = on_terminal(
        binary("tykva"), "user", "import", users, *deployment.store, environment=deployment.environment)
    assert code == FAILED
    assert b"\r\x1b[Kread " in shown and b" %)" in shown and b"\n" not in shown
    assert output.splitlines()[1:] == ["added 2999 users, refused 1", "passwords: 2999 bcrypt"]


def test_a_signal_breaks_it_off_and_the_same_file_adds_the_rest(deployment, tmp_path):
    users = crowd(tmp_path / "users.jsonl", 3_000)
    with open(tmp_path / "err", "wb") as errors:
        process = subprocess.Popen(
            [str(part) for part in (binary("tykva"), "user", "import", "-", *deployment.store)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors,
            env=clean_environment(deployment.environment))
    # The last third is not there yet, so that it cannot be over before the signal.
    process.stdin.writelines(users.read_bytes().splitlines(keepends=True)[:2_000])
    process.stdin.flush()
    wait_until(lambda: deployment.run("user", "show", "user-000001").returncode == 0, 30, "the first user")
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_SECONDS) == 128 + signal.SIGTERM
    process.stdin.close()
    assert b"who is in stays in" in (tmp_path / "err").read_bytes()
    code, output, _, _, _ = measured(deployment, users)
    added, refused = map(int, re.search(r"added (\d+) users, refused (\d+)", output).groups())
    assert code == FAILED and added + refused == 3_000 and refused > 0 and added > 0


def test_no_hash_of_a_file_is_repeated(deployment):
    secrets = ["5f4dcc3b5aa765d61d8327deb882cf99", "$2b$15$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H", "pass word"]
    text = "".join(line(f"user-{index}", password_hash=secret) for index, secret in enumerate(secrets))
    for arguments in ((), ("--check",), ("--output", "json")):
        done = imported(deployment, text, *arguments)
        assert done.returncode == FAILED
        assert not any(secret in done.stdout + done.stderr for secret in secrets)
