import ArgumentParser
import OAuth
import TykvaServer

/// The lists of a client's registration as the command line gives them.
struct ClientArguments: ParsableArguments {
    @Option(
        name: .customLong("grant"),
        help: ArgumentHelp(
            "A grant: password, refresh_token or client_credentials; may be repeated.", valueName: "grant"),
        transform: Arguments.grant)
    var grants: [GrantType] = []

    @Option(
        name: .customLong("redirect-uri"),
        help: ArgumentHelp("Where people are sent back to; may be repeated.", valueName: "uri"))
    var redirectURIs: [String] = []

    @Option(
        name: .customLong("post-logout-redirect-uri"),
        help: ArgumentHelp("Where people are sent after signing out; may be repeated.", valueName: "uri"))
    var postLogoutRedirectURIs: [String] = []

    @Option(
        name: .customLong("audience"),
        help: ArgumentHelp("A service it may ask tokens for, the first by default; may be repeated.", valueName: "uri"))
    var audiences: [String] = []

    @Option(
        name: .customLong("resource-server"),
        help: ArgumentHelp("A service that it is itself; may be repeated.", valueName: "uri"))
    var resourceServers: [String] = []

    @Option(name: .customLong("scope"), help: ArgumentHelp("A scope it may have; may be repeated.", valueName: "scope"))
    var scopes: [String] = []

    @Option(
        name: .customLong("claim"),
        help: ArgumentHelp("A public attribute that its access tokens carry; may be repeated.", valueName: "attribute"))
    var claims: [String] = []

    /// What was given; a list that was not is nil.
    var lists: ClientLists {
        func given(_ list: [String]) -> [String]? { list.isEmpty ? nil : list }
        return ClientLists(
            redirectURIs: given(redirectURIs), postLogoutRedirectURIs: given(postLogoutRedirectURIs),
            audiences: given(audiences), resourceServers: given(resourceServers), scopes: given(scopes),
            claims: given(claims))
    }

    var isEmpty: Bool {
        grants.isEmpty && redirectURIs.isEmpty && postLogoutRedirectURIs.isEmpty && audiences.isEmpty
            && resourceServers.isEmpty && scopes.isEmpty && claims.isEmpty
    }
}
