import ArgumentParser
import OAuth
import TykvaServer

/// A client's registration as the command line gives it.
struct ClientArguments: ParsableArguments {
    @Option(
        name: .customLong("grant"),
        help: ArgumentHelp(
            "A grant: authorization_code, refresh_token, client_credentials or password; may be repeated.",
            valueName: "grant"),
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

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A scope it may have, or several divided by spaces; may be repeated.", valueName: "scope"))
    var scopes: [String] = []

    @Option(
        name: .customLong("claim"),
        help: ArgumentHelp("A public attribute that its access tokens carry; may be repeated.", valueName: "attribute"))
    var claims: [String] = []

    @Option(
        name: .customLong("name"), help: ArgumentHelp("What people see instead of its id.", valueName: "text"))
    var displayName: String?

    @Option(
        name: .customLong("backchannel-logout-uri"),
        help: ArgumentHelp("Where it is told that somebody signed out.", valueName: "uri"))
    var backchannelLogoutURI: String?

    @Option(
        name: .customLong("jwks"),
        help: ArgumentHelp("Its public keys for private_key_jwt: a file, or - for standard input.", valueName: "file"))
    var keySet: String?

    @Option(
        name: .customLong("jwks-uri"),
        help: ArgumentHelp("Where it publishes its public keys for private_key_jwt.", valueName: "uri"))
    var keySetURL: String?

    func validate() throws {
        guard keySet == nil || keySetURL == nil else {
            throw ValidationError("give either --jwks FILE or --jwks-uri URI")
        }
    }

    /// The keys that were given, read from their file.
    func keys() throws -> ClientKeys? {
        if let keySetURL { return .url(keySetURL) }
        guard let keySet else { return nil }
        let bytes = try BoundedInput.bytes(keySet, "the key set", maximumBytes: ClientKeys.maximumSetBytes)
        guard let json = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("the key set in \(keySet) is not UTF-8 text")
        }
        return .set(json)
    }

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
            && resourceServers.isEmpty && scopes.isEmpty && claims.isEmpty && displayName == nil
            && backchannelLogoutURI == nil && keySet == nil && keySetURL == nil
    }
}
