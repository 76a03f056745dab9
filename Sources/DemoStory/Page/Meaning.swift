/// What the members of an access token say, in one line each (RFC 9068 §2).
enum Meaning {
    static func header(_ name: String) -> String {
        switch name {
        case "alg": "how it is signed; a service accepts the one that it was configured with"
        case "typ": "an access token, not an ID token or anything else that this issuer signs"
        case "kid": "which of the issuer's keys signed it"
        default: ""
        }
    }

    static func claim(_ name: String) -> String {
        switch name {
        case "iss": "who made it: this server"
        case "sub": "whom it speaks of: a random identifier, for ever the same for this user"
        case "aud": "for which services; every other one refuses it"
        case "exp": "when it ends"
        case "iat": "when it was made"
        case "jti": "its own number, different in every token"
        case "client_id": "the application that got it"
        case "scope": "what the application may do with it"
        case "sid": "the sign-in that it belongs to"
        case "auth_time": "when the person last proved who they are"
        case "amr": "how they proved it: pwd is a password (RFC 8176)"
        case "name": "the display name: a public attribute that this client's claim policy takes"
        case "preferred_username": "the name to sign in with; left out when it is an e-mail address"
        case "roles": "what the person is; a service can ask for one"
        default: "an attribute of the user that was declared public"
        }
    }
}
