"""An application with mozilla-django-oidc: one guarded page."""

import os
import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path

PORT = int(sys.argv[1])
ISSUER = os.environ["ISSUER"]

settings.configure(
    SECRET_KEY=os.urandom(16).hex(), ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    SESSION_COOKIE_NAME="django", LOGIN_URL="oidc_authentication_init", LOGIN_REDIRECT_URL="/private",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    OIDC_RP_CLIENT_ID=os.environ["CLIENT"], OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="ES256", OIDC_USE_PKCE=True, OIDC_RP_SCOPES="openid profile email",
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}/authorize", OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}/token",
    OIDC_OP_USER_ENDPOINT=f"{ISSUER}/userinfo", OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}/.well-known/jwks.json")
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402  (needs the settings)


@login_required
def private(request):
    return JsonResponse({"email": request.user.email, "id": request.user.pk})


urlpatterns = [path("private", private), path("oidc/", include("mozilla_django_oidc.urls"))]
call_command("migrate", verbosity=0)
make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
