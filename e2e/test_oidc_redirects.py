"""Where strangers would have browsers sent, and are not: the rows P07, P12 and P14 of the threat list."""

import concurrent.futures
import http.client
import urllib.parse

import pytest

from application import CALLBACK, SIGNED_OUT
from damage import claims
from deployment import refused
from oidc_parties import METADATA, SQLITE, assert_page_of_ours, portal, signed_in  # noqa: F401
from processes import PATIENCE
from visitor import Visitor


# P07: redirect URIs.

HOSTILE = [
    "https://evil.example/callback", "http://127.0.0.1:9/callback/", "http://127.0.0.1:9/callback/../evil",
    "http://127.0.0.1:9/callback/more", "http://127.0.0.1:9/callback?more=1", "http://127.0.0.1:9/callback#fragment",
    "http://127.0.0.1:9/callback#", "http://127.0.0.1:9/CALLBACK", "HTTP://127.0.0.1:9/callback",
    "https://127.0.0.1:9/callback", "http://127.0.0.1:9@evil.example/callback",
    "http://evil.example@127.0.0.1:9/callback",
    "http://127.0.0.1.evil.example:9/callback", "http://127.0.0.1:9.evil.example/callback",
    "http://127.0.0.1:9/%63allback", "http://127.0.0.1:9%2Fcallback", "http://127.0.0.1:9\\callback",
    "http://127.0.0.1:9/callback%2F..%2Fevil", "http://127.0.0.1:9//callback", "//evil.example/callback",
    "http:///callback", "http:/127.0.0.1:9/callback", "/callback", "callback", "*", "http://*:9/callback",
    "http://localhost:9/callback", "http://[::1]:9/callback", "http://127.0.0.2:9/callback",
    "http://2130706433:9/callback",
    "http://127.1:9/callback", "http://0x7f.0.0.1:9/callback", "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:-9/callback", "http://127.0.0.1:9 /callback", "http://127.0.0.1:9/callback\r\nX: y",
    "http://127.0.0.1:9/callback\t", " http://127.0.0.1:9/callback", "http://127.0.0.1:9/callback\x00",
    "http://127.0.0.1:9/callback;x", "http://127.0.0.1:9/call\u0062ack\u0301", "http://１２７.0.0.1:9/callback",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)//http://127.0.0.1:9/callback", "javascript://127.0.0.1:9/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "about:blank", "blob:x",
    "urn:ietf:wg:oauth:2.0:oob", "x" * 600, "http://127.0.0.1:9/callback" + "/" * 3000, "",
]


@SQLITE
@pytest.mark.parametrize("uri", HOSTILE)
def test_p07_a_redirect_uri_that_is_not_registered_leads_nowhere(portal, signed_in, uri):
    for more in ({}, {"prompt": "none"}, {"response_mode": "form_post"}, {"response_type": "token"}):
        page = signed_in.open(portal.url(redirect_uri=uri, **more), until="impossible:")
        assert len(signed_in.steps) == 1, signed_in.steps
        assert_page_of_ours(page)
        assert "href=\"javascript" not in page.text.lower() and "<script>alert" not in page.text
        assert not page.forms


@SQLITE
def test_p07_the_port_of_a_loopback_address_is_free_and_nothing_else_is(portal, signed_in):
    page = signed_in.go(
        portal.url(redirect_uri="http://127.0.0.1:51234/callback"), until="http://127.0.0.1:51234/callback")
    assert "code" in page.query
    assert refused(portal.redeem(page.query["code"]))
    assert portal.redeem(page.query["code"], redirect_uri="http://127.0.0.1:51234/callback").status_code == 200


@SQLITE
def test_p07_nobody_can_register_such_a_uri(provider):
    hostile = [
        "javascript:alert(1)", "data:text/html,x", "http://evil.example/", "https://a.example/#f", "https://*.example/",
        "https://user@a.example/", "https://a.example\\b", "/callback", "myapp:/callback", "https://a.example/\nx",
        "https://a.example/ä"]
    tried = [("--redirect-uri", uri) for uri in hostile] + [("--post-logout-redirect-uri", uri) for uri in hostile[:3]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: provider.deployment.run("client", "add", "hostile", *one), tried))
    for one, answer in zip(tried, done, strict=True):
        assert answer.returncode != 0 and len(answer.stderr.strip().splitlines()) <= 3, (one, answer.stderr)


# P12: Host and forwarded headers.

FORGED = {
    "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example", "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil",
    "X-Forwarded-Prefix": "/evil"}


@SQLITE
def test_p12_no_header_decides_an_address(provider, portal):
    honest = provider.get(METADATA).json()
    assert provider.get(METADATA, headers=FORGED).json() == honest
    for path in (
            "/authorize?" + portal.url().split("?")[1], "/logout", "/account", "/sign-in",
            "/.well-known/change-password", "/"):
        answer = provider.get(path, headers=FORGED, allow_redirects=False)
        assert "evil" not in str(answer.headers) and "evil" not in answer.text, path
    visitor = Visitor(provider)
    page = visitor.open(portal.url(), headers=FORGED)
    page = visitor.submit(page, {"username": "anna", "password": visitor.password}, until=CALLBACK, headers=FORGED)
    assert page.url.startswith(CALLBACK) and page.query["iss"] == provider.issuer
    tokens = portal.post("/token", {
        "grant_type": "authorization_code", "code": page.query["code"], "redirect_uri": CALLBACK,
        "code_verifier": portal.verifier}, headers=FORGED).json()
    assert claims(tokens["id_token"])["iss"] == claims(tokens["access_token"])["iss"] == provider.issuer


# P14: open redirects.

@SQLITE
@pytest.mark.parametrize("uri", [
    "https://evil.example/", SIGNED_OUT + "/", SIGNED_OUT + "?x=1", "//evil.example", "/evil", "javascript:alert(1)",
    CALLBACK, "http://127.0.0.1:9@evil.example/signed-out", "https:evil.example"])
def test_p14_signing_out_leads_only_to_registered_addresses(provider, portal, signed_in, uri):
    hint = portal.redeemed(portal.code(signed_in))["id_token"]
    for query in ({"id_token_hint": hint}, {"client_id": "portal"}, {}):
        page = signed_in.open(
            f"{provider.issuer}/logout?{urllib.parse.urlencode(query | {'post_logout_redirect_uri': uri})}",
            until="impossible:")
        assert_page_of_ours(page)
        assert 'href="javascript' not in page.text.lower() and "evil.example" not in page.text
    assert portal.answer(signed_in, prompt="none").asked == [], "and signs nobody out"


@SQLITE
def test_p14_another_clients_address_is_none_of_ours(provider, portal, signed_in):
    provider.deployment.add_client(
        "elsewhere", "--redirect-uri", "https://elsewhere.example/cb",
        "--post-logout-redirect-uri", "https://elsewhere.example/")
    hint = portal.redeemed(portal.code(signed_in))["id_token"]
    for query in ({"id_token_hint": hint, "post_logout_redirect_uri": "https://elsewhere.example/"},
                  {"id_token_hint": hint, "client_id": "elsewhere",
                   "post_logout_redirect_uri": "https://elsewhere.example/"}):
        assert_page_of_ours(
            signed_in.open(f"{provider.issuer}/logout?{urllib.parse.urlencode(query)}", until="impossible:"))


@SQLITE
@pytest.mark.parametrize("query", [
    "return_to=https://evil.example/", "next=//evil.example", "redirect_uri=https://evil.example/",
    "url=https://evil.example", "continue=javascript:alert(1)", "tykva_ticket=x"])
def test_p14_nothing_leads_away_after_signing_in(provider, query):
    visitor = Visitor(provider)
    page = visitor.open(f"{provider.issuer}/sign-in?{query}", until="https://evil.example")
    if page.status == 400:
        return
    page = visitor.fill_in(page, until="https://evil.example")
    assert page.url.startswith(provider.issuer + "/account"), page.url


@SQLITE
@pytest.mark.parametrize("path", [
    "//evil.example/", "/%2F%2Fevil.example", "/\\evil.example", "/account//evil.example", "/.//evil.example"])
def test_p14_odd_paths_redirect_nowhere(provider, path):
    connection = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    where = answer.headers.get("Location", "")
    assert not where or (where.startswith("/") and not where.startswith(("//", "/\\"))), where
    connection.close()
