import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct UserRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a user and all of theirs; the audit log keeps the id.",
        discussion: """
            Example:
              tykva user remove anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await workplace.users.remove(name, at: workplace.now)
            try Console.done("removed user \(name)", [("user", .string(name.text)), ("done", "removed")], common)
        }
    }
}
