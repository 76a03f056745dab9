import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct UserInviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Writes to a user without a password, so that they choose one.",
        discussion: """
            The link is good once, for 24 hours, and shows that the e-mail address is
            theirs. Earlier links stay good until one is used.

            Example:
              tykva user invite anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try workplace.settings.refuseWithoutMail()
            try await workplace.users.invite(name, at: workplace.now)
            try Console.done("invited user \(name)", [("user", .string(name.text))], common)
        }
    }
}
