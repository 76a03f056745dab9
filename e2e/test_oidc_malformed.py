"""Doubled parameters, megabytes, wrong types and methods: the row P09 of the threat list."""

import json
import urllib.parse

import pytest

from application import CALLBACK
from deployment import refused
from oidc_parties import SQLITE, assert_page_of_ours, portal, signed_in  # noqa: F401
from processes import PATIENCE
from visitor import Visitor

MEGABYTE = 1024 * 1024


@SQLITE
@pytest.mark.parametrize("name", [
    "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age",
    "claims", "response_mode", "login_hint", "id_token_hint", "unknown"])
def test_p09_a_doubled_parameter_is_told_to_the_application(portal, signed_in, name):
    url = portal.url(prompt="login", max_age="9", response_mode="query", login_hint="x", unknown="x", claims="{}")
    value = dict(urllib.parse.parse_qsl(url.split("?")[1])).get(name, "x")
    page = signed_in.open(f"{url}&{urllib.parse.urlencode({name: value})}" + (
        f"&{urllib.parse.urlencode({name: value})}" if name == "id_token_hint" else ""), until=CALLBACK)
    assert page.url.startswith(CALLBACK), page.url
    assert page.query["error"] == "invalid_request"
    assert page.query.get("state") == (None if name == "state" else portal.state)


@SQLITE
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_p09_a_doubled_client_or_redirect_uri_leads_nowhere(portal, signed_in, name):
    for value in (dict(urllib.parse.parse_qsl(portal.url().split("?")[1]))[name], "https://evil.example/"):
        for url in (f"{portal.url()}&{urllib.parse.urlencode({name: value})}",
                    portal.url().replace("?", f"?{urllib.parse.urlencode({name: value})}&")):
            assert_page_of_ours(signed_in.open(url, until="impossible:"))


@SQLITE
@pytest.mark.parametrize("path", ["/token", "/par", "/revoke"])
def test_p09_a_doubled_parameter_of_a_form_is_refused(provider, portal, path):
    for name in ("grant_type", "client_id", "code", "token", "unknown"):
        body = urllib.parse.urlencode([(name, "portal"), (name, "portal")])
        answer = provider.post(
            path, body, headers={"Content-Type": "application/x-www-form-urlencoded"}, auth=("portal", portal.secret))
        assert refused(answer, "invalid_request"), (path, name, answer.text)


@SQLITE
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_p09_without_client_or_redirect_uri_nothing_is_redirected(portal, signed_in, name):
    for value in (None, ""):
        assert_page_of_ours(signed_in.open(portal.url(**{name: value}), until="impossible:"))


@SQLITE
@pytest.mark.parametrize("client", [
    "nobody", "PORTAL", "portal ", "portal\x00", "<script>alert(1)</script>", "x" * 300, "ä", "../portal"])
def test_p09_an_unknown_client_gets_a_page(portal, signed_in, client):
    page = signed_in.open(portal.url(client_id=client), until="impossible:")
    assert_page_of_ours(page)
    assert "<script>alert" not in page.text


@SQLITE
@pytest.mark.parametrize("query", [
    "", "&&&&", "=", "a", "%", "%zz", "%00=1", "client_id=%ff", "a=" + "b" * 9000,
    "&".join(f"p{n}=1" for n in range(40)), "client_id=portal&tykva_ticket=AAAA", "client_id[]=portal",
    "client_id=portal;redirect_uri=x"])
def test_p09_queries_that_are_none_get_a_page(provider, signed_in, query):
    for path in ("/authorize", "/sign-in", "/consent", "/select-account"):
        if path == "/sign-in" and query == "":
            continue
        page = signed_in.open(f"{provider.issuer}{path}?{query}", until="impossible:")
        if path == "/sign-in" and page.path == "/account":
            continue
        assert_page_of_ours(page)


@SQLITE
@pytest.mark.parametrize("path", ["/authorize", "/token", "/par", "/revoke", "/userinfo", "/logout"])
def test_p09_a_megabyte_is_refused_and_the_server_goes_on(provider, portal, path):
    answer = provider.post(path, {"client_id": "portal", "state": "x" * MEGABYTE}, allow_redirects=False)
    assert answer.status_code in (400, 401, 413), answer.status_code
    assert provider.get("/health/live").status_code == 200


@SQLITE
def test_p09_a_megabyte_to_our_pages_is_a_page(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url())
    answer = visitor.submit(page, {"username": "x" * MEGABYTE, "password": "y"})
    assert answer.status in (400, 413) and "<h1>" in answer.text
    assert visitor.fill_in(page, until=CALLBACK).url.startswith(CALLBACK), "the person can go on"


@SQLITE
@pytest.mark.parametrize("path", ["/token", "/par", "/revoke"])
@pytest.mark.parametrize("kind", [
    "application/json", "multipart/form-data; boundary=x", "text/plain", "application/xml", ""])
def test_p09_another_content_type_is_refused(provider, portal, signed_in, path, kind):
    code = portal.code(signed_in)
    body = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
    text = json.dumps(body) if "json" in kind else urllib.parse.urlencode(body)
    answer = provider.post(path, text, headers={"Content-Type": kind}, auth=("portal", portal.secret))
    assert answer.status_code in (400, 415) and "access_token" not in answer.text


@SQLITE
def test_p09_another_method_is_refused(provider, portal, signed_in):
    code = portal.code(signed_in)
    query = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier,
        "client_id": "portal", "client_secret": portal.secret}
    for path in ("/token", "/par", "/revoke"):
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = provider.session.request(method, provider.url + path, params=query, timeout=PATIENCE)
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), (method, path)
    assert provider.post("/token?" + urllib.parse.urlencode(query), {}).status_code in (400, 401), "a query is no form"
    portal.redeemed(code)
