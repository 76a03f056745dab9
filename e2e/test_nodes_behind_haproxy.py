"""Two nodes behind HAProxy, with the lines of docs/operations.md: upgrades without downtime, and whose address counts."""

import csv
import signal
import threading
import time

import pytest
import requests

from deployment import PASSWORD, Deployment
from processes import PATIENCE, ROOT, Process, free_port, installed, is_listening, wait_until

pytestmark = pytest.mark.engine("postgres", "a file has one node")

ISSUER = "https://auth.example.com"
# Seconds for HAProxy to see that a node ends, also where everybody waits for a processor.
DRAIN = 10
# What the lines of the document leave open: a check may take longer than the second between two of them.
PATIENT = "    timeout check 20s\n"
STATE = """
listen state
    bind 127.0.0.1:{port}
    stats enable
    stats uri /
"""


@pytest.fixture
def nodes(prepared, tmp_path):
    """Two nodes as they are deployed, and how each is started anew."""
    deployment = Deployment.copy(prepared, tmp_path / "nodes")
    running = {}

    def begin(name, port):
        running[name] = deployment.serve(
            "--issuer", ISSUER, "--behind-proxy", "127.0.0.0/8", port=port, issuer=ISSUER, name=name,
            environment={"TYKVA_DRAIN_SECONDS": str(DRAIN)})
        return running[name]

    for name in ("a", "b"):
        begin(name, free_port())
    yield deployment, running, begin
    for node in running.values():
        node.kill()


@pytest.fixture
def proxy(nodes, tmp_path):
    _, running, _ = nodes
    port, state = free_port(), free_port()
    text = (ROOT / "e2e" / "haproxy-nodes.cfg.in").read_text()
    filled = {"LISTEN": f"127.0.0.1:{port}", "FIRST": f"127.0.0.1:{running['a'].port}", "SECOND": f"127.0.0.1:{running['b'].port}"}
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    assert "defaults\n    mode http\n" in text
    text = text.replace("    mode http\n", "    mode http\n" + PATIENT)
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(text + STATE.format(port=state))
    process = Process(tmp_path, "haproxy", [installed("haproxy"), "-db", "-f", configuration])
    process.wait_for(lambda: is_listening(port) and is_listening(state), "listening")
    yield Proxy(port, state)
    process.stop()


class Proxy:
    def __init__(self, port, state):
        self.url = f"http://127.0.0.1:{port}"
        self._state = f"http://127.0.0.1:{state}/;csv"

    def wait_for(self, node, state):
        def is_so():
            rows = csv.DictReader(new_session().get(self._state, timeout=PATIENCE).text.removeprefix("# ").splitlines())
            return any(row["svname"] == node and row["status"].startswith(state) for row in rows)

        wait_until(is_so, DRAIN, f"HAProxy sees that {node} is {state}")


def post(session, proxy, **form):
    return session.post(f"{proxy.url}/token", data=form | {"client_id": "app"}, timeout=PATIENCE)


def new_session():
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "e2e"
    return session


def test_a_rolling_restart_fails_nobody(nodes, proxy):
    _, running, begin = nodes
    failures, count, ended = [], [0], threading.Event()

    def refresh():
        session = new_session()
        token = post(session, proxy, grant_type="password", username="anna", password=PASSWORD).json()["refresh_token"]
        while not ended.is_set():
            try:
                answer = post(session, proxy, grant_type="refresh_token", refresh_token=token)
                token = answer.json()["refresh_token"]
                count[0] += 1
            except Exception as error:
                failures.append(repr(error))
                return
            time.sleep(0.01)

    threads = [threading.Thread(target=refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for name in ("a", "b"):
            node = running[name]
            count[0] = 0
            wait_until(lambda: failures or count[0] > 50, 10, "refreshes")
            began = time.monotonic()
            node.signal(signal.SIGTERM)
            wait_until(lambda: node.get("/health/ready").status_code == 503, 2, "not ready any more")
            assert node.get("/health/live").status_code == 200
            proxy.wait_for(name, "DOWN")
            assert node.popen.wait(PATIENCE) == 0
            assert time.monotonic() - began > DRAIN - 1, "it has drained"
            begin(name, node.port)
            proxy.wait_for(name, "UP")
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not failures and count[0] > 50, (failures, count)


def test_a_client_does_not_choose_its_address(nodes, proxy):
    deployment, _, _ = nodes
    session = new_session()
    session.headers["X-Forwarded-For"] = "203.0.113.9"
    assert post(session, proxy, grant_type="password", username="anna", password=PASSWORD).status_code == 200
    assert deployment.sessions("anna")[0]["address"] == "127.0.0.1"


def test_a_second_term_ends_a_draining_node_at_once(deployment):
    with deployment.serve(environment={"TYKVA_DRAIN_SECONDS": "60"}) as node:
        node.signal(signal.SIGTERM)
        wait_until(lambda: node.get("/health/ready").status_code == 503, 2, "not ready any more")
        node.signal(signal.SIGTERM)
        assert node.popen.wait(30) == 130
