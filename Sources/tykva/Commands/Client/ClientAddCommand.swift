import ArgumentParser
import OAuth
import Secrets
import TykvaServer

struct ClientAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers a client.",
        discussion: """
            A confidential client's secret is printed once, here; only its hash is kept.
            With --jwks or --jwks-uri it has keys of its own and no secret.
            With --redirect-uri and without --grant it may sign people in: it has the
            grants authorization_code and refresh_token.
            Works before the first start of the server too.

            Example, a web application, one that asks for passwords itself, and a service:
              tykva client add tickets --name "City Tickets" \\
                --scope openid --scope email \\
                --redirect-uri https://tickets.example.com/callback \\
                --backchannel-logout-uri https://tickets.example.com/signed-out
              tykva client add app --public --first-party \\
                --grant password --grant refresh_token \\
                --audience https://orders.example.com --scope orders.read --claim roles
              tykva client add worker --grant client_credentials \\
                --audience https://orders.example.com --scope orders.read
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The client's id.", transform: Arguments.clientID)
    var id: ClientID

    @Flag(name: .customLong("public"), help: "It cannot keep a secret: a browser or mobile application.")
    var isPublic = false

    @Flag(
        name: .customLong("first-party"),
        help: "It is yours: nobody is asked for consent, and it may have the password grant.")
    var isFirstParty = false

    @Flag(name: .customLong("require-pushed-requests"), help: "Its authorization requests must be pushed (RFC 9126).")
    var requiresPushedRequests = false

    @OptionGroup var registration: ClientArguments

    func validate() throws {
        guard !isPublic || (registration.keySet == nil && registration.keySetURL == nil) else {
            throw ValidationError("--public is given, and keys too: a public client cannot keep them to itself")
        }
    }

    private var grants: [GrantType] {
        guard registration.grants.isEmpty, !registration.redirectURIs.isEmpty else { return registration.grants }
        return [.authorizationCode, .refreshToken]
    }

    func run() async throws {
        let new = NewClient(
            id: id, isPublic: isPublic, isFirstParty: isFirstParty, displayName: registration.displayName,
            grants: grants, keys: try registration.keys(),
            backchannelLogoutURI: try registration.backchannelLogoutURI.map(BackchannelLogoutURI.init),
            requiresPushedRequests: requiresPushedRequests, lists: registration.lists)
        try await Workplace.open(common, .preparing) { workplace in
            let added = try await ClientAdministration(workplace.database).add(new, at: workplace.now)
            guard let secret = added.secret?.revealedText() else { return try print(added.client) }
            try Console.printSecret(of: id) { try print(added.client, secret) }
        }
    }

    private func print(_ client: Client, _ secret: String? = nil) throws {
        if common.isJSON { return try Console.print(client.json(secret: secret)) }
        try Console.print("added client \(id) (\(client.kind))")
        if let secret { try Console.print("its secret, shown this once: \(secret)") }
        for remark in Self.remarks(client) { Console.explain(remark) }
    }

    /// What it will be good for is seen here rather than at the first sign-in.
    private static func remarks(_ client: Client) -> [String] {
        var remarks: [String] = []
        if client.grants.isEmpty, client.resourceServers.isEmpty {
            remarks.append(
                "note: it has no grant and is no service, so it can do nothing yet: see --grant, --redirect-uri")
        }
        if client.grants.contains(.authorizationCode), !client.scope.contains("openid") {
            remarks.append("note: without --scope openid it gets no ID token")
        }
        return remarks
    }
}
