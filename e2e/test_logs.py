"""What is written down: every line is JSON, tells its request, and never a secret."""

import base64
import json
import pathlib
import re

from deployment import PASSWORD, refused

WRONG = "a wrong pass phrase of somebody"


def test_every_line_of_the_log_is_json_with_time_level_and_message(deployment):
    with deployment.serve(environment={"TYKVA_LOG_LEVEL": "trace"}) as server:
        server.refreshed(server.sign_in()["refresh_token"])
        server.get("/nowhere\r\n".strip() + "%0d%0a%22forged%22")
        server.get("/health/live", headers={"User-Agent": 'a"\x1b[31m'})
        assert server.stop() == 0
        lines = server.log()
    assert len(lines) > 5
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), line
        assert line["level"] in ("trace", "debug", "info", "notice", "warning", "error", "critical")
        assert line["message"]


def test_answer_log_and_audit_log_tell_the_same_request_id(deployment):
    with deployment.serve(environment={"TYKVA_LOG_LEVEL": "debug"}) as server:
        refusal = server.try_sign_in(password=WRONG)
        success = server.try_sign_in()
        assert server.stop() == 0
        lines = server.log()
    ids = [answer.headers["X-Request-Id"] for answer in (refusal, success)]
    assert len(set(ids)) == 2
    for wanted, status in zip(ids, ("400", "200")):
        assert [line for line in lines if line.get("request_id") == wanted and line.get("status") == status]
    reason = next(line for line in lines if line.get("request_id") == ids[0] and line["message"] == "refused")
    assert reason["error"] == "invalid_grant" and "wrong password" in reason["reason"]
    events = {event["request_id"]: event["type"] for event in deployment.audit("--user", "anna")}
    assert events[ids[0]] == "sign_in_failed" and events[ids[1]] == "sign_in_succeeded"


def test_the_text_format_is_for_people(deployment):
    with deployment.serve("--log-format", "text", environment={"TYKVA_LOG_LEVEL": "debug"}) as server:
        server.sign_in()
        lines = [line for line in server.errors.splitlines() if not line.startswith("tykva: ")]
    assert lines and all(re.match(r"\d{4}-\S+Z (TRACE|DEBUG|INFO|NOTICE|WARNING|ERROR) ", line) for line in lines), lines


def test_no_secret_is_in_logs_audit_output_or_process_list(deployment):
    secrets = {"password": PASSWORD, "wrong password": WRONG, "client secret": deployment.secrets["web"]}
    secrets["master secret"] = deployment.secret_path.read_text().strip().split(":")[-1]
    web = deployment.secrets["web"]
    basic = base64.b64encode(f"web:{web}".encode()).decode()
    secrets["basic credentials"] = basic
    with deployment.serve(environment={"TYKVA_LOG_LEVEL": "trace"}) as server:
        form = {"grant_type": "password", "username": "anna", "password": PASSWORD}
        by_basic = server.post("/token", form, auth=("web", web))
        by_form = server.post("/token", form | {"client_id": "web", "client_secret": web})
        assert by_basic.status_code == by_form.status_code == 200
        assert server.post("/token", form, auth=("web", web + "x")).status_code == 401
        assert refused(server.try_sign_in(password=WRONG))
        assert server.try_sign_in("an unknown person").status_code == 400
        assert server.get(f"/token?password={WRONG}&refresh_token={by_form.json()['refresh_token']}").status_code == 405
        tokens = by_basic.json()
        for n in range(3):
            for kind in ("access_token", "refresh_token"):
                secrets[f"{kind} {n}"] = tokens[kind]
            answer = server.post("/token", {
                "grant_type": "refresh_token", "client_id": "web", "client_secret": web,
                "refresh_token": tokens["refresh_token"]})
            tokens = answer.json()
        # A theft, a stranger, garbage, and a revocation.
        stolen = {"grant_type": "refresh_token", "client_id": "web", "client_secret": web, "refresh_token": secrets["refresh_token 0"]}
        assert refused(server.post("/token", stolen))
        other = server.sign_in()["refresh_token"]
        secrets["another refresh token"] = other
        assert refused(server.refresh(other, client="other-app"))
        assert refused(server.refresh(other + "AAAA"))
        server.post("/revoke", {"token": other, "client_id": "app"})
        server.get("/", headers={"Authorization": f"Bearer {secrets['access_token 0']}"})
        # The command line beside it: whole tokens and secrets stay out of arguments, so of the process list.
        arguments = b"".join(path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if path.parent.name != "self" and path.exists())
        assert server.stop() == 0
    written = {
        "log": server.errors, "output": server.output, "audit": json.dumps(deployment.audit()),
        "audit words": deployment.tykva("audit"), "sessions": deployment.tykva("session", "list"),
        "clients": deployment.tykva("client", "list", "--output", "json"), "web": deployment.tykva("client", "show", "web"),
        "users": deployment.tykva("user", "show", "anna", "--output", "json"),
        "settings": deployment.tykva("config", "show"), "processes": arguments.decode(errors="replace"),
    }
    assert "refused" in written["log"] and "refresh_theft" in written["audit"], "there is something to look through"
    # A part gives a token away as well as the whole.
    for what, secret in secrets.items():
        parts = [secret] + [secret[at : at + 24] for at in range(0, len(secret) - 24, 12) if "eyJ" not in secret[at : at + 3]]
        for where, text in written.items():
            for part in parts:
                assert part not in text, f"{what} in {where}"


def test_the_database_holds_no_token_or_password(deployment):
    with deployment.serve() as server:
        tokens = server.refreshed(server.sign_in()["refresh_token"])
        assert server.stop() == 0
    stored = deployment.stored()
    assert b"anna@example.com" in stored, "it is the database"
    for secret in (PASSWORD, deployment.secrets["web"], tokens["refresh_token"], tokens["access_token"]):
        assert secret.encode() not in stored and secret.encode().hex().encode() not in stored
    raw = base64.urlsafe_b64decode(tokens["refresh_token"].removeprefix("tkvr_") + "==")
    for form in (raw[2:18], raw[2:18].hex().encode()):
        assert form not in stored, "the family's id is inside tokens only"
    assert deployment.secret_path.read_text().strip().encode() not in stored
