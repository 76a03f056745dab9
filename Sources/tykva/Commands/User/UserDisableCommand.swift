import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct UserDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keeps a user from signing in, and ends all their sessions.",
        discussion: """
            Example:
              tykva user disable anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await workplace.users.disable(name, at: workplace.now)
            try Console.done("disabled user \(name)", [("user", .string(name.text)), ("done", "disabled")], common)
        }
    }
}
