import ArgumentParser
import OAuth
import Secrets
import TykvaServer

struct ClientAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers a client.",
        discussion: """
            A confidential client's secret is printed once, here; only its hash is kept.
            Works before the first start of the server too.

            Example, an application of your own, and a service that asks for itself:
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

    @Flag(name: .customLong("first-party"), help: "It is yours; people may give it their passwords.")
    var isFirstParty = false

    @OptionGroup var registration: ClientArguments

    func run() async throws {
        try await Workplace.open(common, .preparing) { workplace in
            let new = NewClient(
                id: id, isPublic: isPublic, isFirstParty: isFirstParty, grants: registration.grants,
                lists: registration.lists)
            let added = try await ClientAdministration(workplace.database).add(new, at: workplace.now)
            guard let secret = added.secret?.revealedText() else { return try print(added.client) }
            try Console.printSecret(of: id) { try print(added.client, secret) }
        }
    }

    private func print(_ client: Client, _ secret: String? = nil) throws {
        if common.isJSON { return try Console.print(client.json(secret: secret)) }
        try Console.print("added client \(id) (\(client.kind))")
        if let secret { try Console.print("its secret, shown this once: \(secret)") }
    }
}
