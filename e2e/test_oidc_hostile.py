"""What strangers and careless applications send: the rows P03, P05 to P09, P12, P14 and P15 of the threat list."""

import base64
import concurrent.futures
import http.client
import json
import re
import urllib.parse

import pytest

from application import CALLBACK, SIGNED_OUT, Application, challenge_of
from damage import claims
from deployment import ORDERS, refused
from processes import PATIENCE
from visitor import Visitor

SQLITE = pytest.mark.engine("sqlite", "about the wire, not the store")
METADATA = "/.well-known/openid-configuration"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def portal(provider):
    return Application.of(provider, "portal")


@pytest.fixture(scope="module")
def partner(provider):
    return Application.of(provider, "partner")


@pytest.fixture(scope="module")
def spa(provider):
    return Application.of(provider, "spa")


@pytest.fixture(scope="module")
def signed_in(provider, portal):
    """A person for whom every right request is a code at once."""
    visitor = Visitor(provider)
    portal.sign_in(visitor)
    return visitor


def assert_page_of_ours(page, status=400):
    """An understandable page, which leads nowhere."""
    assert page.status == status, (page.status, page.url, page.text[:500])
    assert "Location" not in page.response.headers
    assert page.response.headers["Content-Type"].startswith("text/html")
    assert re.search(r"<h1>\s*\S", page.text)
    policy = page.response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.response.headers["Cache-Control"] == "no-store"


# P03: a code or refresh token of another client.

def test_p03_a_code_of_another_client_buys_nothing(portal, partner, spa, signed_in):
    code = portal.code(signed_in)
    for thief in (partner, spa):
        thief.verifier = portal.verifier
        assert refused(thief.redeem(code))
    portal.redeemed(code)


def test_p03_a_refresh_token_of_another_client_buys_nothing(portal, partner, spa, signed_in):
    token = portal.redeemed(portal.code(signed_in))["refresh_token"]
    assert refused(partner.refresh(token)) and refused(spa.refresh(token))
    assert portal.refresh(token).status_code == 200, "a stranger ends nothing"


def test_p03_revoking_another_clients_token_ends_nothing(portal, partner, signed_in):
    token = portal.redeemed(portal.code(signed_in))["refresh_token"]
    partner.post("/revoke", {"token": token})
    assert portal.refresh(token).status_code == 200


# P05: codes used twice, late, for another redirect URI. (Expiry: test_oidc_flow.py, with a clock that moves.)

def test_p05_a_code_is_used_once_at_once_and_later(portal, signed_in):
    code = portal.code(signed_in)
    tokens = portal.redeemed(code)
    for _ in range(2):
        assert refused(portal.redeem(code))
    assert refused(portal.refresh(tokens["refresh_token"])), "what it bought is ended"


def test_p05_a_thief_who_replays_a_code_without_the_rest_ends_nothing(portal, partner, signed_in):
    code = portal.code(signed_in)
    tokens = portal.redeemed(code)
    partner.verifier = portal.verifier
    assert refused(partner.redeem(code))
    assert refused(portal.redeem(code, code_verifier="v" * 43))
    assert refused(portal.redeem(code, redirect_uri=CALLBACK + "/"))
    assert portal.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("uri", [CALLBACK + "/", CALLBACK + "?", CALLBACK + "#", CALLBACK.upper(), CALLBACK + "%00",
                                 "http://127.0.0.1/callback", "http://127.0.0.1:10/callback", "https://evil.example/", ""])
@SQLITE
def test_p05_another_redirect_uri_at_the_token_endpoint(portal, signed_in, uri):
    code = portal.code(signed_in)
    assert portal.redeem(code, redirect_uri=uri).status_code == 400
    portal.redeemed(code)


@SQLITE
def test_p05_codes_that_are_none(portal, signed_in):
    good = portal.code(signed_in)
    for code in ["x", good[:-1], good + "A", good.swapcase(), good + "=", " " + good, "ä" * 40, "A" * 4000, good.split("_")[1]]:
        assert refused(portal.redeem(code)), code
    assert refused(portal.redeem(""), "invalid_request")
    portal.redeemed(good)


# P06: PKCE.

@SQLITE
@pytest.mark.parametrize("changes", [
    {"code_challenge": None}, {"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": None},
    {"code_challenge_method": "plain"}, {"code_challenge_method": "s256"}, {"code_challenge_method": "S512"},
    {"code_challenge": ""}, {"code_challenge": "short"}, {"code_challenge": "a" * 42}, {"code_challenge": "A" * 44},
    {"code_challenge": "A" * 128}, {"code_challenge": "+" * 43}, {"code_challenge": challenge_of("x")[:-1] + "B"},
])
def test_p06_a_request_without_a_good_s256_challenge_is_refused(portal, spa, signed_in, changes):
    for application in (portal, spa):
        assert application.error(signed_in, **changes) == "invalid_request"


@SQLITE
@pytest.mark.parametrize("wrong", [None, "", "v" * 42, "v" * 129, "v" * 42 + "+", "v" * 42 + "ä", "challenge", "prefix"])
def test_p06_a_verifier_that_is_left_out_or_wrong(portal, spa, wrong, provider):
    visitor = Visitor(provider)
    for application in (portal, spa):
        code = application.code(visitor)
        good = application.verifier
        text = {"challenge": challenge_of(good), "prefix": good[:-1]}.get(wrong, wrong)
        answer = application.redeem(code, code_verifier=text)
        assert refused(answer) or refused(answer, "invalid_request")
        application.redeemed(code)


# P07: redirect URIs.

HOSTILE = [
    "https://evil.example/callback", "http://127.0.0.1:9/callback/", "http://127.0.0.1:9/callback/../evil",
    "http://127.0.0.1:9/callback/more", "http://127.0.0.1:9/callback?more=1", "http://127.0.0.1:9/callback#fragment",
    "http://127.0.0.1:9/callback#", "http://127.0.0.1:9/CALLBACK", "HTTP://127.0.0.1:9/callback",
    "https://127.0.0.1:9/callback", "http://127.0.0.1:9@evil.example/callback", "http://evil.example@127.0.0.1:9/callback",
    "http://127.0.0.1.evil.example:9/callback", "http://127.0.0.1:9.evil.example/callback",
    "http://127.0.0.1:9/%63allback", "http://127.0.0.1:9%2Fcallback", "http://127.0.0.1:9\\callback",
    "http://127.0.0.1:9/callback%2F..%2Fevil", "http://127.0.0.1:9//callback", "//evil.example/callback",
    "http:///callback", "http:/127.0.0.1:9/callback", "/callback", "callback", "*", "http://*:9/callback",
    "http://localhost:9/callback", "http://[::1]:9/callback", "http://127.0.0.2:9/callback", "http://2130706433:9/callback",
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
    page = signed_in.go(portal.url(redirect_uri="http://127.0.0.1:51234/callback"), until="http://127.0.0.1:51234/callback")
    assert "code" in page.query
    assert refused(portal.redeem(page.query["code"]))
    assert portal.redeem(page.query["code"], redirect_uri="http://127.0.0.1:51234/callback").status_code == 200


@SQLITE
def test_p07_nobody_can_register_such_a_uri(provider):
    hostile = [
        "javascript:alert(1)", "data:text/html,x", "http://evil.example/", "https://a.example/#f", "https://*.example/",
        "https://user@a.example/", "https://a.example\\b", "/callback", "myapp:/callback", "https://a.example/\nx", "https://a.example/ä"]
    tried = [("--redirect-uri", uri) for uri in hostile] + [("--post-logout-redirect-uri", uri) for uri in hostile[:3]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: provider.deployment.run("client", "add", "hostile", *one), tried))
    for one, answer in zip(tried, done, strict=True):
        assert answer.returncode != 0 and len(answer.stderr.strip().splitlines()) <= 3, (one, answer.stderr)


# P08: client authentication.

def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_p08_client_authentication_that_is_empty_missing_doubled_or_anothers(provider, portal, partner, signed_in):
    code = portal.code(signed_in)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
    good = basic(f"portal:{portal.secret}")
    cases = {
        "nothing": ({}, {}), "an empty secret": ({}, basic("portal:")), "no colon": ({}, basic("portal")),
        "nobody": ({}, basic(":")), "another's secret": ({}, basic(f"portal:{partner.secret}")),
        "half a secret": ({}, basic(f"portal:{portal.secret[:-1]}")), "an unknown client": ({}, basic(f"x:{portal.secret}")),
        "upper case": ({}, basic(f"PORTAL:{portal.secret}")), "not base64": ({}, {"Authorization": "Basic !!!"}),
        "another scheme": ({}, {"Authorization": f"Bearer {portal.secret}"}), "an empty header": ({}, {"Authorization": ""}),
        "an id alone": ({"client_id": "portal"}, {}), "an empty posted secret": ({"client_id": "portal", "client_secret": ""}, {}),
        "another's posted secret": ({"client_id": "portal", "client_secret": partner.secret}, {}),
        "a secret without an id": ({"client_secret": portal.secret}, {}),
        "two ways": ({"client_id": "portal", "client_secret": portal.secret}, good),
        "two clients": ({"client_id": "partner"}, good),
        "a secret and an assertion": ({
            "client_assertion": "e30.e30.", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, good),
    }
    for what, (more, headers) in cases.items():
        answer = provider.post("/token", form | more, headers=headers)
        body = answer.json()
        assert (answer.status_code, body["error"]) in ((401, "invalid_client"), (400, "invalid_request")), (what, body)
        assert set(body) <= {"error", "error_description"}, what
        if answer.status_code == 401 and "Authorization" in headers:
            assert answer.headers["WWW-Authenticate"].startswith("Basic "), what
    assert provider.post("/token", form, headers=good).status_code == 200


@SQLITE
def test_p08_two_authorization_headers_are_refused(provider, portal, signed_in):
    code = portal.code(signed_in)
    form = urllib.parse.urlencode({
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier})
    connection = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=PATIENCE)
    connection.putrequest("POST", "/token")
    for _ in range(2):
        connection.putheader("Authorization", basic(f"portal:{portal.secret}")["Authorization"])
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(form)))
    connection.endheaders(form.encode())
    answer = connection.getresponse()
    assert answer.status in (400, 401) and "access_token" not in answer.read().decode()
    connection.close()
    portal.redeemed(code)


@SQLITE
def test_p08_an_unknown_client_and_a_wrong_secret_get_the_same_answer(provider):
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK, "code_verifier": "v" * 43}
    answers = [provider.post("/token", form, auth=pair) for pair in (("portal", "wrong"), ("unknown", "wrong"), ("spa", "wrong"))]
    assert len({(answer.status_code, answer.text, answer.headers["WWW-Authenticate"]) for answer in answers}) == 1


# P09: doubled parameters, megabytes, wrong types and methods.

@SQLITE
@pytest.mark.parametrize("name", [
    "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "claims",
    "response_mode", "login_hint", "id_token_hint", "unknown"])
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
        answer = provider.post(path, body, headers={"Content-Type": "application/x-www-form-urlencoded"}, auth=("portal", portal.secret))
        assert refused(answer, "invalid_request"), (path, name, answer.text)


@SQLITE
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_p09_without_client_or_redirect_uri_nothing_is_redirected(portal, signed_in, name):
    for value in (None, ""):
        assert_page_of_ours(signed_in.open(portal.url(**{name: value}), until="impossible:"))


@SQLITE
@pytest.mark.parametrize("client", ["nobody", "PORTAL", "portal ", "portal\x00", "<script>alert(1)</script>", "x" * 300, "ä", "../portal"])
def test_p09_an_unknown_client_gets_a_page(portal, signed_in, client):
    page = signed_in.open(portal.url(client_id=client), until="impossible:")
    assert_page_of_ours(page)
    assert "<script>alert" not in page.text


@SQLITE
@pytest.mark.parametrize("query", [
    "", "&&&&", "=", "a", "%", "%zz", "%00=1", "client_id=%ff", "a=" + "b" * 9000, "&".join(f"p{n}=1" for n in range(40)),
    "client_id=portal&tykva_ticket=AAAA", "client_id[]=portal", "client_id=portal;redirect_uri=x"])
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
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/xml", ""])
def test_p09_another_content_type_is_refused(provider, portal, signed_in, path, kind):
    code = portal.code(signed_in)
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
    text = json.dumps(body) if "json" in kind else urllib.parse.urlencode(body)
    answer = provider.post(path, text, headers={"Content-Type": kind}, auth=("portal", portal.secret))
    assert answer.status_code in (400, 415) and "access_token" not in answer.text


@SQLITE
def test_p09_another_method_is_refused(provider, portal, signed_in):
    code = portal.code(signed_in)
    query = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier,
             "client_id": "portal", "client_secret": portal.secret}
    for path in ("/token", "/par", "/revoke"):
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = provider.session.request(method, provider.url + path, params=query, timeout=PATIENCE)
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), (method, path)
    assert provider.post("/token?" + urllib.parse.urlencode(query), {}).status_code in (400, 401), "a query is no form"
    portal.redeemed(code)


# P12: Host and forwarded headers.

FORGED = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example",
          "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "X-Forwarded-Prefix": "/evil"}


@SQLITE
def test_p12_no_header_decides_an_address(provider, portal):
    honest = provider.get(METADATA).json()
    assert provider.get(METADATA, headers=FORGED).json() == honest
    for path in ("/authorize?" + portal.url().split("?")[1], "/logout", "/account", "/sign-in", "/.well-known/change-password", "/"):
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
@pytest.mark.parametrize("uri", ["https://evil.example/", SIGNED_OUT + "/", SIGNED_OUT + "?x=1", "//evil.example", "/evil",
                                 "javascript:alert(1)", CALLBACK, "http://127.0.0.1:9@evil.example/signed-out", "https:evil.example"])
def test_p14_signing_out_leads_only_to_registered_addresses(provider, portal, signed_in, uri):
    hint = portal.redeemed(portal.code(signed_in))["id_token"]
    for query in ({"id_token_hint": hint}, {"client_id": "portal"}, {}):
        page = signed_in.open(
            f"{provider.issuer}/logout?{urllib.parse.urlencode(query | {'post_logout_redirect_uri': uri})}", until="impossible:")
        assert_page_of_ours(page)
        assert 'href="javascript' not in page.text.lower() and "evil.example" not in page.text
    assert portal.answer(signed_in, prompt="none").asked == [], "and signs nobody out"


@SQLITE
def test_p14_another_clients_address_is_none_of_ours(provider, portal, signed_in):
    provider.deployment.add_client(
        "elsewhere", "--redirect-uri", "https://elsewhere.example/cb", "--post-logout-redirect-uri", "https://elsewhere.example/")
    hint = portal.redeemed(portal.code(signed_in))["id_token"]
    for query in ({"id_token_hint": hint, "post_logout_redirect_uri": "https://elsewhere.example/"},
                  {"id_token_hint": hint, "client_id": "elsewhere", "post_logout_redirect_uri": "https://elsewhere.example/"}):
        assert_page_of_ours(signed_in.open(f"{provider.issuer}/logout?{urllib.parse.urlencode(query)}", until="impossible:"))


@SQLITE
@pytest.mark.parametrize("query", [
    "return_to=https://evil.example/", "next=//evil.example", "redirect_uri=https://evil.example/", "url=https://evil.example",
    "continue=javascript:alert(1)", "tykva_ticket=x"])
def test_p14_nothing_leads_away_after_signing_in(provider, query):
    visitor = Visitor(provider)
    page = visitor.open(f"{provider.issuer}/sign-in?{query}", until="https://evil.example")
    if page.status == 400:
        return
    page = visitor.fill_in(page, until="https://evil.example")
    assert page.url.startswith(provider.issuer + "/account"), page.url


@SQLITE
@pytest.mark.parametrize("path", ["//evil.example/", "/%2F%2Fevil.example", "/\\evil.example", "/account//evil.example", "/.//evil.example"])
def test_p14_odd_paths_redirect_nowhere(provider, path):
    connection = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    where = answer.headers.get("Location", "")
    assert not where or (where.startswith("/") and not where.startswith(("//", "/\\"))), where
    connection.close()


# P15: metadata and keys.

def test_p15_metadata_names_only_addresses_of_the_issuer_and_they_are_there(provider):
    said = provider.get(METADATA).json()
    assert said["issuer"] == provider.issuer and not said["issuer"].endswith("/")
    addresses = {name: value for name, value in said.items() if name.endswith("_endpoint") or name.endswith("_uri")}
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
            "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint"} <= set(addresses)
    for name, address in addresses.items():
        assert address.startswith(provider.issuer + "/"), name
        path = address.removeprefix(provider.issuer)
        posted = name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint")
        answer = provider.post(path, {}) if posted else provider.get(path, allow_redirects=False)
        assert answer.status_code not in (404, 405, 500), (name, answer.status_code)


@SQLITE
def test_p15_metadata_promises_nothing_weak(provider):
    said = provider.get(METADATA).json()
    assert said["code_challenge_methods_supported"] == ["S256"] and said["response_types_supported"] == ["code"]
    assert "none" not in said["id_token_signing_alg_values_supported"]
    assert not any(name.startswith("HS") for values in said.values() if isinstance(values, list) for name in map(str, values))
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["backchannel_logout_supported"] is said["backchannel_logout_session_supported"] is True
    # RFC 8414 §2: an introspection endpoint is never for clients without credentials.
    assert "none" not in said["introspection_endpoint_auth_methods_supported"]


@SQLITE
def test_p15_keys_are_public_and_strong_and_readable_from_any_page_without_credentials(provider):
    for path in (METADATA, "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"):
        answer = provider.get(path, headers={"Origin": "https://anywhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers and "Set-Cookie" not in answer.headers
        assert "max-age=300" in answer.headers["Cache-Control"] and answer.headers["Content-Type"] == "application/json"
    for key in provider.get("/.well-known/jwks.json").json()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert (key["kty"], key["crv"], key["alg"], key.get("use", "sig")) == ("EC", "P-256", "ES256", "sig")


@SQLITE
def test_p15_tokens_are_readable_by_pages_of_the_client_alone(provider, spa, signed_in):
    for origin, allowed in (("http://127.0.0.1:9", True), ("https://evil.example", False), ("null", False)):
        form = {"grant_type": "authorization_code", "code": spa.code(signed_in), "redirect_uri": CALLBACK,
                "code_verifier": spa.verifier}
        answer = spa.post("/token", form, headers={"Origin": origin})
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        info = provider.get("/userinfo", headers={"Origin": origin} | bearer)
        for one in (answer, info):
            assert one.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
            assert "Access-Control-Allow-Credentials" not in one.headers
            assert "Origin" in one.headers.get("Vary", "")
        preflight = provider.session.options(
            provider.url + "/token", timeout=PATIENCE,
            headers={"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"})
        assert preflight.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)


# Bad input at our pages.

@SQLITE
def test_a_form_that_is_sent_twice_does_no_harm(provider, portal):
    visitor = Visitor(provider)
    form = visitor.open(portal.url())
    pages = [visitor.submit(form, {"username": "anna", "password": visitor.password}, until=CALLBACK) for _ in range(2)]
    assert all("code" in page.query for page in pages) and pages[0].query["code"] != pages[1].query["code"]


@SQLITE
def test_two_tabs_sign_in_at_once(provider, portal, partner):
    visitor = Visitor(provider)
    first, second = portal.url(), partner.url()
    one, other = visitor.open(first), visitor.open(second)
    for page, application in ((one, portal), (other, partner)):
        page = visitor.fill_in(page, until=CALLBACK)
        assert application.redeem(page.query["code"]).status_code == 200


@SQLITE
def test_a_ticket_that_was_changed_begins_again_with_the_same_request(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url(prompt="login"))
    changes = [
        lambda url: url[:-1] + ("A" if url[-1] != "A" else "B"), lambda url: url[: url.index("&tykva_ticket")],
        lambda url: url.replace("scope=openid", "scope=openid+email")]
    for change in changes:
        again = visitor.open(change(page.url), until=CALLBACK)
        assert visitor.is_at(again, "/sign-in") and again.form.fields["username"] == ""
        assert [status for status, _ in visitor.steps][0] == 303


@SQLITE
def test_without_cookies_the_page_says_so(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url())
    visitor.session.cookies.clear()
    page = visitor.submit(page, {"username": "anna", "password": visitor.password}, until=CALLBACK)
    assert page.path == "/sign-in" and "cookie" in page.text.lower() and page.form
    assert visitor.fill_in(page, until=CALLBACK).url.startswith(CALLBACK), "and works once they are on"


@SQLITE
def test_a_wrong_password_keeps_the_way_and_the_name(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url(scope="openid email"))
    page = visitor.submit(page, {"username": "anna", "password": "wrong"}, until=CALLBACK)
    assert page.path == "/sign-in" and page.form.fields["username"] == "anna" and page.form.fields["password"] == ""
    unknown = visitor.submit(page, {"username": "nobody", "password": "wrong"}, until=CALLBACK)

    def problem(text):
        return re.search(r'role="alert".*?</div>', text, re.DOTALL)[0]

    assert problem(unknown.text) == problem(page.text)
    page = visitor.fill_in(unknown, until=CALLBACK)
    assert "email" in portal.id_token(portal.redeemed(page.query["code"]))


@SQLITE
def test_nobody_goes_on_without_the_password(provider, portal, partner):
    """Straight to the later pages, or to the code."""
    visitor = Visitor(provider)
    query = partner.url().split("?")[1]
    for path in ("/consent", "/select-account"):
        page = visitor.open(f"{provider.issuer}{path}?{query}", until=CALLBACK)
        assert visitor.is_at(page, "/sign-in")
    page = visitor.open(f"{provider.issuer}/consent?{query}", form={"decision": "allow"}, until=CALLBACK)
    assert visitor.is_at(page, "/sign-in")


@SQLITE
def test_an_audience_that_is_not_the_clients_is_not_had_by_a_code(provider, spa, signed_in):
    assert spa.error(signed_in, resource=ORDERS) == "invalid_target"
