import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct UserPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Sets a user's password, and ends all their sessions.",
        discussion: """
            Asks for the password twice, or takes it as the first line of standard
            input.

            Example:
              tykva user password anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    @Flag(name: .customLong("password-stdin"), help: "Take the password from the first line of standard input.")
    var passwordFromStandardInput = false

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let users = workplace.users
            guard let account = try await users.find(name)?.account else {
                throw InvalidValue("user \(name)", "there is none of this name")
            }
            let password = try await PasswordInput.read(
                fromStandardInput: passwordFromStandardInput, by: try await workplace.passwordRules(),
                for: PasswordOwner(userName: account.name, email: account.email, displayName: account.displayName))
            let hash = try await password.hash(workplace.settings)
            let ended = try await users.setPassword(hash, of: name, at: workplace.now)
            try Console.done(
                "set the password of user \(name); ended \(ended) \(ended == 1 ? "session" : "sessions")",
                [("user", .string(name.text)), ("ended_sessions", .integer(Int64(ended)))], common)
        }
    }
}
