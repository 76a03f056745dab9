import ArgumentParser
import OAuth
import TykvaServer

struct UserShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one user.",
        discussion: """
            Example:
              tykva user show anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let users = workplace.users
            guard let profile = try await users.find(name),
                let holdUp = try await users.holdUp(of: name, at: workplace.now)
            else { throw InvalidValue("user \(name)", "there is none of this name") }
            if common.isJSON {
                try Console.print(profile.json(holdUp))
            } else {
                try Console.print(profile.details(holdUp))
            }
        }
    }
}
