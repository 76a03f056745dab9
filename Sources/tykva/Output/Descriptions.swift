import OAuth
import Storage
import StrictFormats
import TykvaServer

extension AccountProfile {
    var state: String { account.disabledAt == nil ? "enabled" : "disabled" }

    var json: JSONValue { .object(JSONObject(members)) }

    /// With what holds up their sign-ins.
    func json(_ holdUp: HoldUp) -> JSONValue {
        .object(
            JSONObject(
                members + [
                    ("held_up_until", holdUp.everywhere.json),
                    ("held_up_in_networks_until", holdUp.someNetworks.json),
                    ("held_up_in_own_browser_until", holdUp.ownBrowser.json),
                ]))
    }

    private var members: [(String, JSONValue)] {
        [
            ("id", .string(account.id.text)), ("name", .string(account.name)),
            ("display_name", account.displayName.json), ("email", account.email.json),
            ("email_verified", .bool(account.emailVerifiedAt != nil)), ("language", account.language.json),
            ("has_password", .bool(account.hasPassword)), ("roles", roles.map(\.text).json),
            ("attributes", .object(JSONObject(attributes.map { ($0.definition.name.text, shown($0)) }))),
            ("created_at", account.createdAt.json), ("disabled_at", account.disabledAt.json),
        ]
    }

    func details(_ holdUp: HoldUp) -> String {
        var details = Details()
        details.add("name", account.name)
        details.add("id", account.id.text)
        details.add("display name", account.displayName)
        let proof = account.emailVerifiedAt == nil ? "not verified" : "verified"
        details.add("e-mail", account.email.map { "\($0) (\(proof))" })
        details.add("language", account.language)
        details.add("password", account.hasPassword ? "set" : "none")
        details.add("roles", roles.map(\.text))
        for attribute in attributes {
            details.add("attribute \(attribute.definition.name)", shownText(attribute))
        }
        details.add("created", account.createdAt.text)
        details.add("state", account.disabledAt.map { "disabled since \($0.text)" } ?? "enabled")
        details.add("held up", holdUp.everywhere.map { "until \($0.text), but in browsers that are known" })
        details.add("held up in networks", holdUp.someNetworks.map { "in one or more, until \($0.text)" })
        details.add("held up in their browser", holdUp.ownBrowser.map { "until \($0.text)" })
        return details.text
    }

    /// A secret attribute never leaves the store.
    private func shown(_ attribute: Attribute) -> JSONValue {
        attribute.definition.class == .secret ? .null : attribute.value
    }

    private func shownText(_ attribute: Attribute) -> String {
        attribute.definition.class == .secret
            ? "(secret)" : attribute.value.stringValue ?? attribute.value.encodedString
    }
}

extension Client {
    var kind: String { authentication.isPublic ? "public" : "confidential" }

    /// How it authenticates, in the words of RFC 7591 §2.
    private var method: String {
        switch authentication {
        case .none: "none"
        case .secret: "client_secret"
        case .privateKeyJWT: "private_key_jwt"
        }
    }

    private var keySet: String? {
        if case .privateKeyJWT(.set(let json)) = authentication { json } else { nil }
    }

    private var keySetURL: String? {
        if case .privateKeyJWT(.url(let url)) = authentication { url } else { nil }
    }

    func json(secret: String? = nil) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id.text)), ("name", displayName.json), ("type", .string(kind)),
            ("authentication", .string(method)), ("first_party", .bool(isFirstParty)),
            ("grants", grants.map(\.rawValue).json), ("audiences", audiences.map(\.text).json),
            ("resource_servers", resourceServers.map(\.text).json), ("scopes", scope.tokens.json),
            ("claims", claims.attributes.map(\.text).json), ("redirect_uris", redirectURIs.map(\.text).json),
            ("post_logout_redirect_uris", postLogoutRedirectURIs.map(\.text).json),
            ("backchannel_logout_uri", (backchannelLogoutURI?.text).json),
            ("require_pushed_requests", .bool(requiresPushedRequests)),
            ("jwks", keySet.flatMap { try? JSONValue(parsing: $0, limits: .token) } ?? .null),
            ("jwks_uri", keySetURL.json), ("created_at", createdAt.json),
        ]
        if let secret { members.append(("secret", .string(secret))) }
        return .object(JSONObject(members))
    }

    var details: String {
        var details = Details()
        details.add("client", id.text)
        details.add("type", kind + (isFirstParty ? ", first-party" : ""))
        details.add("name", displayName)
        details.add("authentication", [method, keySetURL].compactMap(\.self))
        details.add("grants", grants.map(\.rawValue))
        details.add("audiences", audiences.map(\.text))
        details.add("is the service", resourceServers.map(\.text))
        details.add("scopes", scope.tokens)
        details.add("claims", claims.attributes.map(\.text))
        details.add("redirect URIs", redirectURIs.map(\.text))
        details.add("after signing out", postLogoutRedirectURIs.map(\.text))
        details.add("told of signing out", backchannelLogoutURI?.text)
        details.add("pushed requests", requiresPushedRequests ? "required" : "allowed")
        details.add("created", createdAt.text)
        return details.text
    }
}

extension AttributeDefinition {
    var json: JSONValue {
        .object(
            JSONObject([
                ("name", .string(name.text)), ("class", .string(`class`.rawValue)), ("type", .string(type.rawValue)),
                ("built_in", .bool(isBuiltIn)),
            ]))
    }
}
