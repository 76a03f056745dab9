import ArgumentParser
import OAuth
import Secrets
import TykvaServer

struct ClientAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers a client.",
        discussion: """
            A confidential client's secret is printed once, here; only its hash is kept. Works before the first start
            of the server too.

            Example:
              tykva client add app --public --first-party --grant password --grant refresh_token \\
                --audience https://orders.example.com --scope orders.read --claim roles
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
            let secret = added.secret?.revealedText()
            if common.isJSON { return try Console.print(added.client.json(secret: secret)) }
            try Console.print("added client \(id) (\(added.client.kind))")
            if let secret { try Console.print("its secret, shown this once: \(secret)") }
        }
    }
}
