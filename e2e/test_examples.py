"""The example services as real processes: what they let through, and what they refuse (RFC 6750)."""

import subprocess

import pytest

from damage import altered
from deployment import BILLING, ORDERS, Deployment
from processes import PATIENCE, binary, clean_environment, free_port
from services import Service


@pytest.fixture(scope="module")
def services(old_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("services")
    both = {name: Service(name, folder, old_server.issuer) for name in ("orders", "billing")}
    yield both
    for service in both.values():
        service.process.stop()


@pytest.fixture(scope="module")
def orders(services):
    return services["orders"]


@pytest.fixture(scope="module")
def good(old_server):
    return old_server.sign_in(scope="orders:read orders:write", resource=ORDERS)["access_token"]


def refused(answer):
    challenge = answer.headers.get("WWW-Authenticate", "")
    return answer.status_code == 401 and challenge.startswith("Bearer ") and 'error="invalid_token"' in challenge


def test_both_services_check_a_token_alone(services, old_server, good):
    order = {"item": "lantern", "quantity": 2}
    assert services["orders"].ask("/orders", f"Bearer {good}", method="POST", json=order).status_code == 201
    listed = services["orders"].ask("/orders", f"Bearer {good}")
    assert listed.status_code == 200 and "lantern" in listed.text
    billing = old_server.sign_in(scope="billing:read", resource=BILLING)["access_token"]
    assert services["billing"].ask("/invoices", f"Bearer {billing}").status_code == 200


def test_no_token_is_asked_for_one(orders):
    answer = orders.ask("/orders")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ") and "error" not in answer.headers["WWW-Authenticate"]


def test_altered_tokens_are_refused(orders, good):
    for what, token in altered(good).items():
        assert refused(orders.ask("/orders", f"Bearer {token}")), what
    assert orders.ask("/orders", f"Bearer {good}").status_code == 200


def test_an_expired_token_is_refused(orders, old_server):
    assert refused(orders.ask("/orders", f"Bearer {old_server.expired_token}"))


def test_a_token_for_another_service_is_refused(services, old_server, good):
    billing = old_server.sign_in(scope="billing:read", resource=BILLING)["access_token"]
    assert refused(services["orders"].ask("/orders", f"Bearer {billing}"))
    assert refused(services["billing"].ask("/invoices", f"Bearer {good}"))


def test_a_token_of_another_issuer_is_refused(orders, prepared, tmp_path):
    with Deployment.copy(prepared, tmp_path / "foreign").serve() as foreign:
        token = foreign.sign_in(scope="orders:read", resource=ORDERS)["access_token"]
    assert refused(orders.ask("/orders", f"Bearer {token}"))


def test_a_refresh_token_is_no_access_token(orders, old_server):
    assert refused(orders.ask("/orders", f"Bearer {old_server.sign_in()['refresh_token']}"))


def test_scope_and_role_are_looked_at(services, old_server):
    reader = old_server.sign_in(scope="orders:read", resource=ORDERS)["access_token"]
    answer = services["orders"].ask("/orders", f"Bearer {reader}", method="POST", json={"item": "x", "quantity": 1})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    boris = old_server.sign_in("boris", scope="billing:read", resource=BILLING)["access_token"]
    assert services["billing"].ask("/invoices", f"Bearer {boris}").status_code == 403


def test_without_the_issuers_keys_it_is_503(good, tmp_path):
    service = Service("orders", tmp_path, f"http://127.0.0.1:{free_port()}")
    try:
        answer = service.ask("/orders", f"Bearer {good}")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        service.process.stop()


@pytest.mark.parametrize("name", ["orders", "billing"])
@pytest.mark.parametrize("setting", ["ALGORITHM", "ALSO_ACCEPTING"])
def test_an_unknown_algorithm_is_told_at_the_start(name, setting, tmp_path):
    started = subprocess.run(
        [str(binary(name))], capture_output=True, text=True, timeout=PATIENCE, cwd=tmp_path,
        env=clean_environment({setting: "HS256", "PORT": str(free_port())}))
    assert started.returncode == 1
    assert started.stderr == f"{name}: {setting} must be one of ES256, RS256, PS256, EdDSA, ML-DSA-65\n"
