import OAuth

/// What to type in a terminal to do the same, with the real values.
struct Commands: Sendable {
    let issuer: Issuer
    let program: String
    let dataFolder: String

    var sessions: String { "\(tykva) session list --data \(Self.quoted(dataFolder))" }
    var audit: String { "\(tykva) audit --data \(Self.quoted(dataFolder)) --type refresh_theft" }
    var addUser: String { "\(tykva) user add clara --role reader --data \(Self.quoted(dataFolder))" }

    private var tykva: String { Self.quoted(program) }

    func signIn(as user: String) -> String {
        token([
            ("grant_type", "password"), ("client_id", DemoStory.client), ("username", user),
            ("password", DemoStory.password), ("scope", DemoStory.scopes.joined(separator: " ")),
        ])
    }

    func refresh(_ refreshToken: String) -> String {
        token([("grant_type", "refresh_token"), ("client_id", DemoStory.client), ("refresh_token", refreshToken)])
    }

    func verify(_ accessToken: String) -> String {
        """
        curl -sS \(issuer)/.well-known/jwks.json
        printf %s \(Self.quoted(accessToken)) \\
          | \(tykva) verify - --issuer \(issuer) --audience \(DemoStory.audience) --algorithm ES256
        """
    }

    func orders(_ accessToken: String) -> String {
        "curl -sSi \(issuer)/demo/orders \\\n  -H \(Self.quoted("Authorization: Bearer \(accessToken)"))"
    }

    func example(as user: String) -> String {
        let request = token([
            ("grant_type", "password"), ("client_id", DemoStory.client), ("username", user),
            ("password", DemoStory.password), ("resource", DemoStory.ordersAudience), ("scope", "orders:read"),
        ])
        return """
            TOKEN=$(\(request) \\
              | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
            curl -sS http://127.0.0.1:8081/orders -H "Authorization: Bearer $TOKEN"
            """
    }

    private func token(_ parameters: [(String, String)]) -> String {
        let lines = parameters.map { "--data-urlencode \(Self.quoted("\($0.0)=\($0.1)"))" }
        return "curl -sS \(issuer)/token \\\n  " + lines.joined(separator: " \\\n  ")
    }

    /// A text as one word of a POSIX shell.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard !isPlain || text.isEmpty else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
