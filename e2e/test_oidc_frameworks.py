"""Whole applications of other people: Flask-OIDC, mozilla-django-oidc, and a Go program with coreos/go-oidc."""

import json
import os
import subprocess
import sys

import pytest

from application import CALLBACK, Application
from deployment import Deployment
from processes import PATIENCE, ROOT, Process, clean_environment, free_port, installed, is_listening

PROGRAMS = ROOT / "e2e" / "relying_parties"


def start(folder, program, port, environment):
    # A child that goes through no proxy, and does not write beside the sources.
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "127.0.0.1"}
    process = Process(folder, program, [sys.executable, PROGRAMS / f"{program}.py", port], environment)
    process.wait_for(lambda: is_listening(port), "listening")
    return process


@pytest.fixture(scope="module")
def ports():
    return {"flask": free_port(), "django": free_port()}


@pytest.fixture(scope="module")
def provider(prepared_provider, ports, tmp_path_factory):
    deployment = Deployment.copy(prepared_provider, tmp_path_factory.mktemp("frameworks"))
    scopes = ("--first-party", "--scope", "openid", "--scope", "profile", "--scope", "email")
    deployment.add_client("flask", *scopes, "--redirect-uri", f"http://127.0.0.1:{ports['flask']}/authorize")
    deployment.add_client("django", *scopes, "--redirect-uri", f"http://127.0.0.1:{ports['django']}/oidc/callback/")
    with deployment.serve() as running:
        yield running


@pytest.fixture(scope="module")
def flask(provider, ports, tmp_path_factory):
    secret = provider.deployment.secrets["flask"]
    secrets = json.dumps({"web": {"client_id": "flask", "client_secret": secret, "issuer": provider.issuer}})
    process = start(tmp_path_factory.mktemp("flask"), "flask_app", ports["flask"], {"CLIENT_SECRETS": secrets})
    yield f"http://127.0.0.1:{ports['flask']}"
    process.stop()


@pytest.fixture(scope="module")
def django(provider, ports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("django")
    process = start(folder, "django_app", ports["django"], {
        "ISSUER": provider.issuer, "CLIENT": "django", "CLIENT_SECRET": provider.deployment.secrets["django"],
        "DATABASE": str(folder / "django.sqlite")})
    yield f"http://127.0.0.1:{ports['django']}"
    process.stop()


@pytest.fixture(scope="module")
def go_client(tmp_path_factory):
    """Built from Debian's packages alone."""
    folder = tmp_path_factory.mktemp("go")
    built = subprocess.run(
        [installed("go"), "build", "-o", folder / "client", PROGRAMS / "client.go"], capture_output=True, text=True,
        env=clean_environment({
            "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(folder / "cache")}), timeout=500)
    assert built.returncode == 0, built.stderr
    return folder / "client"


def test_flask_oidc(flask, visitor):
    page = visitor.go(f"{flask}/private")
    assert page.asked == ["/sign-in"] and page.url == f"{flask}/private", (page.url, page.text[:1000])
    said = page.response.json()
    assert (said["name"], said["email"]) == ("anna", "anna@example.com") and said["id"].startswith("u_")
    assert visitor.go(f"{flask}/private").asked == []


def test_flask_oidc_takes_a_token_by_introspection(flask, provider, visitor):
    own = Application.of(provider, "flask", redirect_uri=f"{flask}/authorize")
    token = own.sign_in(visitor, scope="openid profile")["access_token"]
    answers = [
        visitor.session.get(f"{flask}/api", headers={"Authorization": f"Bearer {each}"}, timeout=PATIENCE)
        for each in (token, "x")]
    assert [answer.status_code for answer in answers] == [200, 401], answers[0].text


def test_mozilla_django_oidc(django, visitor):
    page = visitor.go(f"{django}/private")
    assert page.asked == ["/sign-in"] and page.url == f"{django}/private", (page.url, page.text[:1000])
    assert page.response.json()["email"] == "anna@example.com"
    visitor.session.cookies.clear("127.0.0.1", "/", "django")
    again = visitor.go(f"{django}/private")
    assert again.asked == [] and again.response.json() == page.response.json(), "the same person, without a password"


def test_one_sign_in_for_flask_and_django(flask, django, visitor):
    assert visitor.go(f"{flask}/private").asked == ["/sign-in"]
    assert visitor.go(f"{django}/private").asked == []


@pytest.mark.parametrize("client", ["portal", "spa"])
def test_go_oidc(go_client, provider, visitor, client):
    secret = provider.deployment.secrets.get(client, "")
    with subprocess.Popen(
            [go_client, provider.issuer, client, CALLBACK], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=clean_environment({"CLIENT_SECRET": secret})) as process:
        try:
            url = process.stdout.readline().strip()
            page = visitor.go(url, until=CALLBACK)
            out, errors = process.communicate(page.url + "\n", timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    said = json.loads(out)
    assert said["subject"] == said["info_subject"] and said["email"] == "anna@example.com"
    assert said["rotated"] is True and said["needs_to_be_told_the_algorithm"] is True


def test_no_program_leaves_anything_beside_the_sources():
    assert sorted(os.listdir(PROGRAMS)) == ["client.go", "django_app.py", "flask_app.py"]
