"""`tykva session stats`: what servers have counted of refreshes, after they stopped and while they run."""

import time

from deployment import refused
from processes import free_port


def counted(deployment, *arguments):
    return {row["client"]: row for row in deployment.json("session", "stats", *arguments)["clients"]}


def window(length):
    return {"TYKVA_RETRY_WINDOW": length, "TYKVA_RETRY_WINDOW_OTHER": length}


def test_what_was_counted_outlives_the_server(deployment):
    assert deployment.tykva("session", "stats").strip() == "no refreshes were counted"
    port = free_port()
    for _ in range(2):
        with deployment.serve(port=port, environment=window("5m")) as server:
            first = server.sign_in()["refresh_token"]
            second = server.refreshed(first)["refresh_token"]
            assert server.refreshed(first)["refresh_token"] == second, "at once"
            time.sleep(1.2)
            assert server.refreshed(first)["refresh_token"] == second, "a while later"
            third = server.refreshed(second)["refresh_token"]
            assert refused(server.refresh(first)), "two behind"
            late = server.sign_in()["refresh_token"]
            server.refreshed(late)
            assert server.stop() == 0
        with deployment.serve(port=port, environment=window("0s")) as server:
            assert refused(server.refresh(late)), "one behind"
            assert refused(server.refresh(third, client="other-app")), "another client's"
            assert server.stop() == 0
    rows = counted(deployment)
    row = rows["app"]
    expected = {"refreshes": 6, "late_replays": 2, "stale_replays": 2, "fast_forwards": 0, "strangers": 0}
    assert {name: row[name] for name in expected} == expected
    assert row["retries"] + row["races"] == 4 and row["retries"] >= 2, "at once is within a second, on a fast machine"
    assert row["longest_retry_seconds"] >= 1.2
    assert row["retries_per_hundred"] == 66.67
    assert rows["other-app"]["strangers"] == 2 and rows["other-app"]["refreshes"] == 0
    assert counted(deployment, "--client", "other-app").keys() == {"other-app"}
    lines = deployment.tykva("session", "stats", "--since", "1d").splitlines()
    assert lines[0].startswith("APPLICATION") and any(line.startswith("app ") for line in lines)
    assert "retry" in lines[-1] or "window" in lines[-1]
    assert not counted(deployment, "--since", "2999-01-01T00:00:00Z")
    # What was counted stays when the client goes.
    deployment.tykva("client", "remove", "other-app")
    assert counted(deployment)["other-app"]["strangers"] == 2
