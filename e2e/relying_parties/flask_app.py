"""An application with Flask-OIDC: one guarded page."""

import json
import os
import sys

from flask import Flask, g
from flask_oidc import OpenIDConnect

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.urandom(16).hex(), SERVER_NAME=f"127.0.0.1:{sys.argv[1]}", SESSION_COOKIE_NAME="flask",
    OIDC_CLIENT_SECRETS=json.loads(os.environ["CLIENT_SECRETS"]), OIDC_SCOPES="openid profile email")
oidc = OpenIDConnect(app)
# Flask-OIDC has no setting for it; its Authlib client has.
oidc.oauth.oidc.client_kwargs["code_challenge_method"] = "S256"


@app.route("/private")
@oidc.require_login
def private():
    return {"name": g.oidc_user.profile["preferred_username"], "email": g.oidc_user.email, "id": g.oidc_user.unique_id}


@app.route("/api")
@oidc.accept_token(scopes=["profile"])
def api():
    return {"checked": "by introspection"}


app.run(host="127.0.0.1", port=int(sys.argv[1]))
