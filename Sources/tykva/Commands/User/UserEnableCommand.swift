import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct UserEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Lets a disabled user sign in again.",
        discussion: """
            Example:
              tykva user enable anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await workplace.users.enable(name, at: workplace.now)
            try Console.done("enabled user \(name)", [("user", .string(name.text)), ("done", "enabled")], common)
        }
    }
}
