"""`tykva session stats`: what servers have counted of refreshes, after they stopped and while they run."""

import time

from deployment import refused
from processes import free_port


def counted(deployment, *arguments):
    return {row["client"]: row for row in deployment.json("session", "stats", *arguments)["clients"]}


def test_what_was_counted_outlives_the_server(deployment):
    assert deployment.tykva("session", "stats").strip() == "no refreshes were counted"
    port, window = free_port(), {"TYKVA_RETRY_WINDOW": "3s", "TYKVA_RETRY_WINDOW_OTHER": "3s"}
    for _ in range(2):
        with deployment.serve(port=port, environment=window) as server:
            first = server.sign_in()["refresh_token"]
            second = server.refreshed(first)["refresh_token"]
            assert server.refreshed(first)["refresh_token"] == second, "at once"
            time.sleep(1.2)
            assert server.refreshed(first)["refresh_token"] == second, "a while later"
            third = server.refreshed(second)["refresh_token"]
            assert refused(server.refresh(first)), "two behind"
            late = server.sign_in()["refresh_token"]
            server.refreshed(late)
            time.sleep(3.2)
            assert refused(server.refresh(late)), "one behind"
            assert refused(server.refresh(third, client="other-app")), "another client's"
            assert server.stop() == 0
    rows = counted(deployment)
    row = rows["app"]
    expected = {"refreshes": 6, "retries": 2, "races": 2, "late_replays": 2, "stale_replays": 2, "fast_forwards": 0}
    assert {name: row[name] for name in expected} == expected
    assert 1.2 <= row["longest_retry_seconds"] < 3 and row["strangers"] == 0
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
