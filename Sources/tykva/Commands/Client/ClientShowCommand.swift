import ArgumentParser
import OAuth
import TykvaServer

struct ClientShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one client.",
        discussion: """
            Example:
              tykva client show app
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The client's id.", transform: Arguments.clientID)
    var id: ClientID

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            guard let client = try await ClientAdministration(workplace.database).find(id) else {
                throw InvalidValue("client \(id)", "there is none of this id")
            }
            if common.isJSON { try Console.print(client.json()) } else { try Console.print(client.details) }
        }
    }
}
