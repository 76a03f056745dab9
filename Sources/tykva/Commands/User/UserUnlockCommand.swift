import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct UserUnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Forgets the wrong guesses that hold up a user's sign-ins.",
        discussion: """
            `tykva user show` says whether something holds them up, and until when. What
            is counted for a network stays.

            Example:
              tykva user unlock anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await workplace.users.unlock(name, at: workplace.now)
            try Console.done("unlocked user \(name)", [("user", .string(name.text)), ("done", "unlocked")], common)
        }
    }
}
