import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct SecretRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forgets a master secret that nothing needs any more.",
        discussion: """
            What needs it still is told, and keeps it. Take its line out of the files of
            all nodes afterwards.

            Example:
              tykva secret remove 1
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Its number, as `tykva secret list` shows it.", transform: Arguments.secretNumber)
    var number: UInt8

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await SecretAdministration(workplace.database).remove(number, at: workplace.now)
            try Console.done(
                "removed master secret \(number); take its line out of the file of every node now",
                [("number", .integer(Int64(number))), ("done", "removed")], common)
        }
    }
}
