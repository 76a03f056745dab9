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
            guard let profile = try await UserAdministration(workplace.database).find(name) else {
                throw InvalidValue("user \(name)", "there is none of this name")
            }
            if common.isJSON { try Console.print(profile.json) } else { try Console.print(profile.details) }
        }
    }
}
