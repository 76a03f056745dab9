"""`secret activate` says until when the old master secret is needed, and it is so; a terminal shows how far it is."""

import re
import time

from key_ages import DAY, HOUR, MINUTE, between, instant, to_the_second
from master_secrets import add, listed, pass_time
from processes import binary
from terminal import on_terminal

# docs/secrets.md: pages that are open; a call whose answer was lost.
PAGES = 61 * MINUTE
REPEATED = 10 * MINUTE
IDLE = 30 * DAY


def former(deployment):
    """What the command says of secret 1 when it is given again: as JSON."""
    said = deployment.json("secret", "activate", "2")
    assert (said["number"], said["activated"], said["resealed"]) == (2, False, 0)
    (found,) = said["former"]
    return found


def needed_until(deployment, number=1):
    """The last column of `secret list`."""
    (line,) = [line for line in deployment.tykva("secret", "list").splitlines() if line.startswith(f"{number} ")]
    return re.split(r"  +", line.strip())[-1]


def test_it_says_when_the_old_secret_may_be_thrown_away_and_then_it_may(deployment):
    with deployment.serve() as server:
        idle, used = server.sign_in(), server.sign_in("boris")
        add(deployment)
        done = deployment.json("secret", "activate", "2")
        assert (done["number"], done["activated"], done["sealed"], done["resealed"]) == (2, True, 2, 2)
        (told,) = done["former"]
        assert (told["number"], told["sealed"], told["nodes_that_use"], told["families"]) == (1, 0, [], 2)
        ends = [application["idle_expires_at"] for session in deployment.json("session", "list")
                for application in session["applications"]]
        assert len(ends) == 2 and told["families_until"] == max(ends)
        assert abs(instant(told["families_until"]) - time.time() - IDLE) < HOUR
        retired = listed(deployment)[1]
        assert between(retired["retired_at"], told["pages_until"]) == PAGES
        assert told == {name: retired[name] for name in told}
        assert needed_until(deployment) == to_the_second(told["families_until"])
        # In words, and the refusal names the same.
        latest, pages = to_the_second(told["families_until"]), to_the_second(told["pages_until"])
        needs = ("master secret 1 is still needed: 2 living sign-ins (until used again, "
                 f"or to {latest} at the latest); pages that are open, until {pages}")
        assert deployment.tykva("secret", "activate", "2").splitlines() == [
            "master secret 2 was active before; 0 of 2 sealed values were sealed anew", needs]
        refusal = deployment.run("secret", "remove", "1")
        assert refusal.returncode == 1 and needs in refusal.stderr
        # Until it is used again, and its call may not be repeated any more.
        server.refreshed(used["refresh_token"])
        assert former(deployment)["families"] == 2
        pass_time(deployment, REPEATED)
        told = former(deployment)
        assert told["families"] == 1 and told["pages_until"]
        pass_time(deployment, PAGES)
        told = former(deployment)
        assert told["families"] == 1 and told["pages_until"] is None
        assert "1 living sign-in (until used again, or to " in deployment.tykva("secret", "activate", "2")
        # Or to the end that it has told of.
        pass_time(deployment, instant(told["families_until"]) - time.time() - HOUR)
        assert former(deployment)["families"] == 1 and deployment.run("secret", "remove", "1").returncode == 1
        pass_time(deployment, HOUR)
        told = former(deployment)
        assert (told["families"], told["families_until"], told["pages_until"]) == (0, None, None)
        assert deployment.tykva("secret", "activate", "2").splitlines()[1:] == [
            "nothing needs master secret 1 any more: `tykva secret remove 1`"]
        assert needed_until(deployment) == "not needed" and needed_until(deployment, 2) == "-"
        deployment.tykva("secret", "remove", "1")
        assert listed(deployment)[1]["state"] == "not added"
        assert server.refresh(idle["refresh_token"]).status_code == 400


def test_on_a_terminal_it_shows_how_far_it_is(deployment):
    deployment.serve().__exit__()
    add(deployment)
    code, output, shown = on_terminal(
        binary("tykva"), "secret", "activate", "2", *deployment.store, cwd=deployment.folder,
        environment=deployment.environment)
    assert code == 0
    assert shown.startswith(b"\r\x1b[Ksealing anew: 2 of 2 values")
    assert shown.endswith(b"\r\x1b[K") and b"\n" not in shown
    assert output.startswith("master secret 2 is active now; 2 of 2 sealed values were sealed anew\n")
    # Elsewhere such lines would only pile up.
    done = deployment.run("secret", "activate", "1")
    assert done.returncode == 0 and "sealing" not in done.stderr + done.stdout and "\r" not in done.stderr
