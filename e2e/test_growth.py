"""P18: whatever strangers send, metrics and logs do not grow with its text."""

import re

from processes import PATIENCE, free_port

WORD = "grow-9b1c"
ROUNDS = 60


def series(server, port):
    text = server.session.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
    assert WORD not in text
    return {line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")}


def test_p18_metrics_and_logs_do_not_grow_with_what_requests_say(deployment):
    port = free_port()
    environment = {"TYKVA_METRICS_LISTEN": f"127.0.0.1:{port}", "TYKVA_LOG_LEVEL": "info"}
    with deployment.serve(environment=environment) as server:

        def strange(number):
            """One of everything that a stranger can name."""
            word = f"{WORD}-{number}-" + "x" * 2000
            agent = {"User-Agent": word[:1500], "X-Forwarded-For": word[:40], "X-Request-Id": word[:60]}
            server.get(f"/{word}", headers=agent)
            server.get(f"/assets/{word}", headers=agent)
            method = "BREW" if number % 2 else "TRACE"
            server.session.request(method, server.url + "/token", headers=agent, timeout=PATIENCE)
            server.get(f"/authorize?client_id={word}&scope={word}", headers=agent)
            server.get(f"/sign-in?{word}", headers=agent)
            server.get(f"/messages/not-me?link={word}", headers=agent)
            form = {"grant_type": word[:50], "client_id": word[:60], "username": word, "password": word}
            for body in (form, form | {"grant_type": "password", "client_id": "app", "username": f"{WORD}-{number}"},
                         {"grant_type": "refresh_token", "client_id": "app", "refresh_token": word}):
                server.post("/token", body, agent=word[:1500])
            server.post("/revoke", {"token": word, "client_id": word[:60]}, agent=word[:200])

        strange(0)
        strange(1)
        before, events = series(server, port), len(deployment.audit())
        for number in range(2, ROUNDS):
            strange(number)
        assert series(server, port) == before
        assert len(deployment.audit()) == events, "strangers write no event"
        # Of a user who exists there is one an hour, however often somebody tries, and under whatever agent.
        for number in range(20):
            server.try_sign_in("anna", f"{WORD} {number} a wrong one", agent=f"{WORD}-{number}")
        assert len(deployment.audit("--type", "sign_in_failed")) <= 2
        assert series(server, port) - before <= {'tykva_sign_ins_total{result="failed"}'}
        stats = deployment.json("session", "stats")["clients"]
        assert stats == [], "garbage is nobody's"
        assert server.stop() == 0
        lines = server.errors.splitlines()
    assert len(lines) < 12 * (ROUNDS + 20)
    assert max(map(len, lines)) < 1500, "a line says little of what a request says"
    assert not re.search("x" * 400, server.errors)
