import ArgumentParser
import OAuth
import TykvaServer

struct ClientSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Changes a client's registration.",
        discussion: """
            A list that is given replaces the old one; --clear empties one. An empty text
            removes the name or the back-channel logout URI. With --jwks or --jwks-uri the
            client has keys from then on, and `tykva client secret` gives it a secret again.

            Example:
              tykva client set app --scope orders.read --scope orders.write \\
                --clear claim
            """)

    enum List: String, CaseIterable, ExpressibleByArgument {
        case grant, audience, scope, claim
        case resourceServer = "resource-server"
        case redirectURI = "redirect-uri"
        case postLogoutRedirectURI = "post-logout-redirect-uri"
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The client's id.", transform: Arguments.clientID)
    var id: ClientID

    @Flag(inversion: .prefixedNo, help: "Whether it is yours: nobody is asked for consent.")
    var firstParty: Bool?

    @Flag(inversion: .prefixedNo, help: "Whether its authorization requests must be pushed (RFC 9126).")
    var requirePushedRequests: Bool?

    @OptionGroup var registration: ClientArguments

    @Option(name: .customLong("clear"), help: ArgumentHelp("A list to empty; may be repeated.", valueName: "list"))
    var cleared: [List] = []

    func validate() throws {
        guard firstParty != nil || requirePushedRequests != nil || !registration.isEmpty || !cleared.isEmpty else {
            throw ValidationError("nothing was given to set")
        }
        if let both = cleared.first(where: isGiven) {
            throw ValidationError("--\(both.rawValue) is given, and --clear \(both.rawValue) too")
        }
    }

    private func isGiven(_ list: List) -> Bool {
        switch list {
        case .grant: !registration.grants.isEmpty
        case .audience: !registration.audiences.isEmpty
        case .scope: !registration.scopes.isEmpty
        case .claim: !registration.claims.isEmpty
        case .resourceServer: !registration.resourceServers.isEmpty
        case .redirectURI: !registration.redirectURIs.isEmpty
        case .postLogoutRedirectURI: !registration.postLogoutRedirectURIs.isEmpty
        }
    }

    func run() async throws {
        let change = try change()
        try await Workplace.open(common, .changing) { workplace in
            let client = try await ClientAdministration(workplace.database).change(id, change, at: workplace.now)
            if common.isJSON { try Console.print(client.json()) } else { try Console.print("changed client \(id)") }
        }
    }

    private func change() throws -> ClientChange {
        var lists = registration.lists
        var grants = registration.grants.isEmpty ? nil : registration.grants
        for list in cleared {
            switch list {
            case .grant: grants = []
            case .audience: lists.audiences = []
            case .scope: lists.scopes = []
            case .claim: lists.claims = []
            case .resourceServer: lists.resourceServers = []
            case .redirectURI: lists.redirectURIs = []
            case .postLogoutRedirectURI: lists.postLogoutRedirectURIs = []
            }
        }
        let logout = try registration.backchannelLogoutURI.map { $0.isEmpty ? nil : try BackchannelLogoutURI($0) }
        return ClientChange(
            isFirstParty: firstParty,
            displayName: registration.displayName.map { $0.isEmpty ? .remove : .set($0) } ?? .keep, grants: grants,
            keys: try registration.keys(), backchannelLogoutURI: logout.map { $0.map { .set($0) } ?? .remove } ?? .keep,
            requiresPushedRequests: requirePushedRequests, lists: lists)
    }
}
