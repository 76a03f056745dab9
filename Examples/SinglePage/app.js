// A public client: it has no secret, and PKCE ties each code to the page that asked for it (RFC 7636, OAuth 2.0 for
// Browser-Based Applications). Tokens are in this module's memory and nowhere else: a reload asks the issuer again.

const settings = {
  issuer: "http://127.0.0.1:8080",
  clientID: "single-page",
  redirectURI: location.origin + "/",
  scope: "openid profile email",
};

let tokens = null;

// --- the flow ---------------------------------------------------------------------------------------------------

/** Sends the browser to the issuer. With `prompt` "none" it comes back at once, signed in or with an error. */
async function leave(prompt) {
  const pending = { state: randomText(), nonce: randomText(), verifier: randomText(), prompt };
  // The one thing that must outlive the redirect; sessionStorage belongs to this tab.
  sessionStorage.setItem("pending", JSON.stringify(pending));
  const metadata = await discover();
  const query = new URLSearchParams({
    response_type: "code",
    client_id: settings.clientID,
    redirect_uri: settings.redirectURI,
    scope: settings.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: base64URL(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier))),
    code_challenge_method: "S256",
  });
  if (prompt) query.set("prompt", prompt);
  location.assign(`${metadata.authorization_endpoint}?${query}`);
}

/** Takes the browser back: the code for tokens, or the error that the issuer named. */
async function comeBack(answer) {
  const pending = JSON.parse(sessionStorage.getItem("pending") ?? "null");
  sessionStorage.removeItem("pending");
  // Out of the address bar and the history before anything else happens.
  history.replaceState(null, "", settings.redirectURI);
  if (!pending || answer.get("state") !== pending.state) throw new Error("this answer was not asked for");
  // RFC 9207: an answer of another issuer is not for us.
  if (answer.get("iss") !== settings.issuer) throw new Error("the answer is of another issuer");
  if (answer.has("error")) {
    if (pending.prompt === "none") return;
    throw new Error(`the issuer says ${answer.get("error")}`);
  }
  const received = await redeem({
    grant_type: "authorization_code",
    code: answer.get("code"),
    redirect_uri: settings.redirectURI,
    code_verifier: pending.verifier,
  });
  checkIDToken(received.id_token, pending.nonce);
  tokens = received;
}

/** Each refresh brings a new refresh token; the former one is spent (RFC 9700 §4.14.2). */
async function refresh() {
  const former = tokens;
  const received = await redeem({ grant_type: "refresh_token", refresh_token: former.refresh_token });
  tokens = { ...received, id_token: received.id_token ?? former.id_token };
}

async function redeem(parameters) {
  const metadata = await discover();
  const answer = await fetch(metadata.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({ ...parameters, client_id: settings.clientID }),
  });
  const body = await answer.json();
  if (!answer.ok) {
    tokens = null;
    throw new Error(`the issuer says ${body.error}`);
  }
  return body;
}

/**
 * OpenID Connect Core §3.1.3.7. The token came from the issuer itself over this connection, which step 6 lets stand for
 * its signature. It is shown to the person and not passed on: a service checks access tokens, with their signatures.
 */
function checkIDToken(idToken, nonce) {
  const claims = claimsOf(idToken);
  const audience = [claims.aud].flat();
  if (claims.iss !== settings.issuer) throw new Error("iss is another issuer");
  if (!audience.includes(settings.clientID)) throw new Error("aud is another client");
  if ((audience.length > 1 || claims.azp) && claims.azp !== settings.clientID) throw new Error("azp is another client");
  if (claims.exp * 1000 < Date.now() - 30_000) throw new Error("the ID token has expired");
  if (claims.nonce !== nonce) throw new Error("the nonce is another");
}

async function who(isRefreshed = false) {
  const metadata = await discover();
  const answer = await fetch(metadata.userinfo_endpoint, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  if (answer.status === 401 && !isRefreshed && tokens.refresh_token) {
    await refresh();
    return who(true);
  }
  if (!answer.ok) throw new Error(`the issuer answers ${answer.status}`);
  const claims = await answer.json();
  // OpenID Connect Core §5.3.2: UserInfo is of the person of the ID token, or it is not used.
  if (claims.sub !== claimsOf(tokens.id_token).sub) throw new Error("UserInfo is of another person");
  return claims;
}

async function signOut() {
  const metadata = await discover();
  const query = new URLSearchParams({
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: settings.redirectURI,
    state: "signed-out",
  });
  tokens = null;
  location.assign(`${metadata.end_session_endpoint}?${query}`);
}

let metadata = null;

async function discover() {
  if (metadata) return metadata;
  const answer = await fetch(`${settings.issuer}/.well-known/openid-configuration`);
  const found = await answer.json();
  if (found.issuer !== settings.issuer) throw new Error("the metadata is of another issuer");
  return (metadata = found);
}

// --- bytes ------------------------------------------------------------------------------------------------------

function randomText() {
  return base64URL(crypto.getRandomValues(new Uint8Array(32)));
}

function base64URL(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0))));
}

// --- the page ---------------------------------------------------------------------------------------------------

const element = (id) => document.getElementById(id);

function show(output) {
  const person = tokens && claimsOf(tokens.id_token);
  element("status").textContent = person
    ? `Signed in as ${person.name ?? person.preferred_username ?? person.sub}.`
    : "Not signed in.";
  element("sign-in").hidden = Boolean(tokens);
  for (const id of ["who", "sign-out"]) element(id).hidden = !tokens;
  element("refresh").hidden = !tokens?.refresh_token;
  // textContent: nothing that comes from elsewhere is ever read as HTML.
  if (output !== undefined) element("output").textContent = output;
}

function on(id, action) {
  element(id).addEventListener("click", () => attempt(action));
}

async function attempt(action) {
  try {
    show(await action());
  } catch (error) {
    show(error.message);
  }
}

on("sign-in", () => leave());
on("sign-out", signOut);
on("who", async () => JSON.stringify(await who(), null, 2));
on("refresh", async () => {
  await refresh();
  return `A new access token, until ${new Date(Date.now() + tokens.expires_in * 1000).toLocaleTimeString()}.`;
});

attempt(async () => {
  const answer = new URLSearchParams(location.search);
  if (answer.has("code") || answer.has("error")) return comeBack(answer);
  if (answer.get("state") === "signed-out") {
    history.replaceState(null, "", settings.redirectURI);
    return "You are signed out.";
  }
  // Somebody who has signed in at another application, or reloads this page, need not click.
  return leave("none");
});
