"""ML-DSA-65: tokens of 5 to 9 KiB, through proxies as they come (docs/keys.md has their limits)."""

import pytest
import requests

from apache import MODULES, Apache, public_folder
from application import SIGNED_OUT, Application
from damage import header
from deployment import ORDERS, Deployment
from processes import PATIENCE, Process, free_port, installed, is_listening, wait_until
from services import Service
from visitor import Visitor

pytestmark = pytest.mark.engine("sqlite", "about proxies, not the store")

HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen issuer
    bind 127.0.0.1:{issuer}
    server tykva 127.0.0.1:{tykva}
listen orders
    bind 127.0.0.1:{front}
    server orders 127.0.0.1:{orders}
"""


@pytest.fixture(scope="module")
def behind(prepared_provider, tmp_path_factory):
    """An issuer that signs with ML-DSA-65 and a service, both behind one HAProxy without settings of its own."""
    folder = tmp_path_factory.mktemp("long")
    deployment = Deployment.copy(prepared_provider, folder / "issuer")
    for name in ("essay", "notes"):
        deployment.tykva("attribute", "add", name, "--class", "public", "--type", "string")
    deployment.tykva("client", "set", "app", "--claim", "essay", "--claim", "notes", "--claim", "name")
    deployment.tykva(
        "user", "set", "anna", "--attribute", "essay=" + "e" * 1900, "--attribute", "notes=" + "n" * 1500,
        environment={"TYKVA_CLAIM_LIMIT": "3584"})
    ports = {name: free_port() for name in ("issuer", "tykva", "front", "orders")}
    issuer = f"http://127.0.0.1:{ports['issuer']}"
    with deployment.serve("--issuer", issuer, port=ports["tykva"], issuer=issuer) as server:
        kid = deployment.json("key", "rotate", "--algorithm", "ML-DSA-65", "--now")["kid"]
        configuration = folder / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(**ports))
        proxy = Process(folder, "haproxy", [installed("haproxy"), "-db", "-f", configuration])
        proxy.wait_for(lambda: is_listening(ports["front"]) and is_listening(ports["issuer"]), "listening")
        wait_until(lambda: header(server.sign_in()["access_token"])["kid"] == kid, 15, "tokens of the new key")
        service = Service("orders", folder, issuer, ports["orders"], ALGORITHM="ML-DSA-65")
        yield server, service, f"http://127.0.0.1:{ports['front']}"
        service.process.stop()
        proxy.stop()


@pytest.fixture(scope="module")
def tokens(behind):
    """Of somebody of whom nothing is known, and of whom as much is as there is room for at most."""
    server, service, _ = behind
    who = {"short": ("boris", "other-app"), "long": ("anna", "app")}
    made = {
        length: server.sign_in(name, client=client, scope="orders:read", resource=ORDERS)["access_token"]
        for length, (name, client) in who.items()}
    print({length: len(token) for length, token in made.items()})
    assert len(made["short"]) < 5.5 * 1024 and 9 * 1024 < len(made["long"]) < 10.5 * 1024
    wait_until(lambda: service.ask("/orders", f"Bearer {made['short']}").status_code == 200, 15, "keys at the service")
    return made


def ask(url, token):
    return requests.get(url + "/orders", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE).status_code


def test_a_service_takes_them_with_and_without_haproxy(behind, tokens):
    _, service, front = behind
    for token in tokens.values():
        assert service.ask("/orders", f"Bearer {token}").status_code == 200
        assert ask(front, token) == 200
        assert ask(front, token[:-4] + "AAAA") == 401


def test_apache_takes_the_longest_when_it_is_told_to(behind, tokens):
    _, service, _ = behind
    forward = f"""
LoadModule proxy_http_module {MODULES}/mod_proxy_http.so
ProxyPass /orders http://127.0.0.1:{service.port}/orders
"""
    as_it_comes, told = {"short": 200, "long": 400}, {"short": 200, "long": 200}
    for settings, taken in (("", as_it_comes), ("LimitRequestFieldSize 16380\n", told)):
        with public_folder() as folder:
            apache = Apache(folder, "proxy", settings + forward).start()
            try:
                assert {name: ask(apache.url, token) for name, token in tokens.items()} == taken, settings
            finally:
                apache.stop()


def test_a_service_asks_about_the_longest(behind, tokens):
    server, _, _ = behind
    answer = server.post("/introspect", {"token": tokens["long"]}, auth=("api", server.deployment.secrets["api"]))
    assert answer.status_code == 200 and answer.json()["active"] is True


def test_a_person_signs_in_and_out_with_hints_of_that_length(behind):
    server, _, _ = behind
    portal, visitor = Application.of(server, "portal"), Visitor(server)
    signed_in = portal.sign_in(visitor, scope="openid profile email")
    hint = signed_in["id_token"]
    assert header(hint)["alg"] == header(signed_in["access_token"])["alg"] == "ML-DSA-65"
    assert portal.user_info(signed_in["access_token"]).status_code == 200
    assert portal.answer(visitor, id_token_hint=hint, prompt="none").asked == []
    # By a page of ours, to which the request goes along.
    other = Visitor(server)
    page = portal.answer(other, id_token_hint=hint)
    assert portal.redeemed(page.query["code"])["id_token"]
    # With all that there is room for of somebody.
    longest = server.sign_in(scope="openid profile")
    assert Visitor(server).open(f"{server.issuer}/logout?id_token_hint={longest['id_token']}").status == 200
    page = visitor.open(
        f"{server.issuer}/logout?id_token_hint={hint}&post_logout_redirect_uri={SIGNED_OUT}", until=SIGNED_OUT)
    assert page.url.startswith(SIGNED_OUT)
    assert portal.error(visitor, prompt="none") == "login_required"
