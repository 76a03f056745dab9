import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct ClientRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a client, and ends what people have begun in it.",
        discussion: """
            Example:
              tykva client remove app
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The client's id.", transform: Arguments.clientID)
    var id: ClientID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await ClientAdministration(workplace.database).remove(id, at: workplace.now)
            try Console.done("removed client \(id)", [("client", .string(id.text)), ("done", "removed")], common)
        }
    }
}
