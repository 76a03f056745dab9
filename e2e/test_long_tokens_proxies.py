"""ML-DSA-65 through nginx, and its ID tokens as hints through nginx and Apache: as they come, and as keys.md says."""

import contextlib
import types
import urllib.parse

import pytest
import requests

from apache import MODULES, Apache, public_folder
from application import Application
from deployment import ORDERS
from nginx import Nginx
from test_long_tokens import ask, behind, tokens  # noqa: F401
from visitor import Visitor

pytestmark = pytest.mark.engine("sqlite", "about proxies, not the store")

LINES = "large_client_header_buffers 4 16k;"
# The second: the place for all of an answer must be larger than for its header.
ANSWERS = "proxy_buffer_size 16k;\nproxy_buffers 8 16k;"
APACHE_LINES = "LimitRequestLine 16380"
APACHE_ANSWERS = "responsefieldsize=16380"
LINE_LIMIT = 8192
NO_TOKEN = 401


@contextlib.contextmanager
def by_nginx(upstream, request="", answer=""):
    with public_folder() as folder, Nginx(folder, upstream, f"{request}\n{answer}") as nginx:
        yield nginx


@contextlib.contextmanager
def by_apache(upstream, request="", answer=""):
    load = f"LoadModule proxy_http_module {MODULES}/mod_proxy_http.so"
    with public_folder() as folder:
        forward = f"ProxyPass / http://127.0.0.1:{upstream}/ {answer}"
        apache = Apache(folder, "proxy", f"{load}\n{request}\n{forward}\n").start()
        try:
            yield apache
        finally:
            apache.stop()


def test_nginx_takes_header_lines_of_8_kib_as_it_comes_and_longer_ones_when_it_is_told_to(behind, tokens):
    _, service, _ = behind
    around = len("Authorization: Bearer \r\n")
    for settings, limit, taken in (("", LINE_LIMIT, {"short": 200, "long": 400}),
                                   (LINES, 2 * LINE_LIMIT, {"short": 200, "long": 200})):
        with by_nginx(service.port, settings) as nginx:
            assert {name: ask(nginx.url, token) for name, token in tokens.items()} == taken, settings
            # What comes through is refused by the service, for it is no token.
            answers = [ask(nginx.url, "x" * (limit - around + more)) for more in (0, 1)]
            assert answers == [NO_TOKEN, 400], (settings, nginx.log()[-500:])


def test_with_a_claim_limit_of_1024_every_token_fits(behind):
    server, service, _ = behind
    deployment = server.deployment
    deployment.add_user("dora")

    def is_taken(size):
        attribute = ("--attribute", "essay=" + "e" * size)
        done = deployment.run("user", "set", "dora", *attribute, environment={"TYKVA_CLAIM_LIMIT": "1024"})
        return done.returncode == 0

    most, too_much = 0, 1025
    while too_much - most > 1:
        size = (most + too_much) // 2
        most, too_much = (size, too_much) if is_taken(size) else (most, size)
    assert most > 900 and is_taken(most)
    scope = "openid profile orders:read orders:write billing:read"
    token = server.sign_in("dora", scope=scope, resource=ORDERS)["access_token"]
    print(f"{most} characters, a token of {len(token)} bytes")
    assert 6 * 1024 < len(token) < 7.25 * 1024
    with by_nginx(service.port) as nginx:
        assert ask(nginx.url, token) == 200


def test_before_the_issuer_a_proxy_must_have_room_for_the_hint_of_a_sign_in(behind):
    """An `id_token_hint` goes along to the sign-in page: in the header of an answer, and in a request."""
    server, _, _ = behind
    portal = Application.of(server, "portal")
    hints = {
        "short": portal.sign_in(Visitor(server), scope="openid")["id_token"],
        "long": server.sign_in(scope="openid profile")["id_token"]}
    assert 4.5 * 1024 < len(hints["short"]) < 5.5 * 1024 and 9 * 1024 < len(hints["long"]) < 10.5 * 1024

    def statuses(proxy):
        """Of /authorize and of the page to which it leads, and of /logout."""
        def get(url):
            # The way of a browser, but for the address at which it finds the issuer.
            return requests.get(url.replace(server.issuer, proxy.url), allow_redirects=False, timeout=20)

        answers = {}
        for name, hint in hints.items():
            steps = [get(portal.url(id_token_hint=hint))]
            if steps[0].is_redirect:
                steps.append(get(urllib.parse.urljoin(server.issuer, steps[0].headers["Location"])))
                assert "password" in steps[1].text
            steps.append(get(f"{server.issuer}/logout?id_token_hint={hint}"))
            answers[name] = [step.status_code for step in steps]
        return answers

    good, no_answer, no_request = [303, 200, 200], [502, 200], [414, 414]
    # HAProxy stands before it already.
    assert statuses(types.SimpleNamespace(url=server.issuer)) == {"short": good, "long": good}
    for proxy, settings, short, long in (
        (by_nginx, {}, no_answer, no_request), (by_nginx, {"request": LINES}, no_answer, no_answer),
        (by_nginx, {"answer": ANSWERS}, good, no_request),
        (by_nginx, {"request": LINES, "answer": ANSWERS}, good, good),
        (by_apache, {}, good, no_request), (by_apache, {"request": APACHE_LINES}, good, no_answer),
        (by_apache, {"request": APACHE_LINES, "answer": APACHE_ANSWERS}, good, good),
    ):
        with proxy(server.port, **settings) as running:
            assert statuses(running) == {"short": short, "long": long}, (proxy.__name__, settings)
