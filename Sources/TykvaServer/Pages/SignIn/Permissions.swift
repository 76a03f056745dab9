import OAuth

/// What an application may know and do, in words: a scope, and attributes beside it.
struct Permissions: Hashable, Sendable {
    let scope: Scope
    let claims: [String]

    init(scope: Scope, claims: [String] = []) {
        self.scope = scope
        self.claims = claims.filter { !Self.covered($0, by: scope) }
    }

    /// A line each. What has no words of its own is shown by its name.
    func content(_ texts: PageTexts) -> [PageContent] {
        // `openid` is said by what a page is about, and alone it gives an identifier only.
        let isAlone = scope.tokens == ["openid"] && claims.isEmpty
        let scopes = scope.tokens.filter { $0 != "openid" || isAlone }.map { token in
            Self.line(texts.known("scope_", token), texts.known("scope_detail_", token), token, texts[.unknownScope])
        }
        return scopes
            + claims.map { Self.line(texts.known("claim_", $0), nil, $0, texts[.unknownClaim]) }
    }

    private static func line(_ label: String?, _ detail: String?, _ name: String, _ unknown: String) -> PageContent {
        ["label": label ?? unknown, "detail": detail, "technicalName": label == nil ? name : nil]
    }

    /// OIDC Core §5.4.
    private static func covered(_ claim: String, by scope: Scope) -> Bool {
        switch claim {
        case "name", "preferred_username", "birthdate": scope.contains("profile")
        case "email", "email_verified": scope.contains("email")
        case "phone_number", "phone_number_verified": scope.contains("phone")
        case "address": scope.contains("address")
        default: false
        }
    }
}
