import ArgumentParser
import OAuth
import Secrets
import Storage
import TykvaServer

struct UserAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a user.",
        discussion: """
            Asks for the password twice, or takes it as the first line of standard
            input. Works before the first start of the server too.

            An e-mail address is not verified, unless you say so: nothing is written to it
            but the link that confirms it, and nobody signs in or gets a new password by
            it. With --invite the person gets a link, good for 24 hours, by which they
            choose their password; it shows that the address is theirs. Messages are in
            English, unless you say so, until the person signs in on a page of another
            language.

            Example:
              tykva user add anna --email anna@example.com --role admin \\
                --attribute-json 'groups=["sales"]'
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The name to sign in with.", transform: Arguments.userName)
    var name: UserName

    @Option(help: "The e-mail address.", transform: Arguments.email)
    var email: EmailAddress?

    @Flag(name: .customLong("email-verified"), help: "The e-mail address is known to be theirs: messages go there.")
    var emailIsVerified = false

    @Flag(help: "No password: a message to the e-mail address leads to where the person chooses one.")
    var invite = false

    @Option(name: .customLong("display-name"), help: "How the person is called.")
    var displayName: String?

    @Option(
        help: ArgumentHelp(
            "The language of messages, en or ru, until they sign in on a page of another.", valueName: "en|ru"),
        transform: Arguments.language)
    var language: PageLanguage?

    @Option(name: .customLong("role"), help: "A role; may be repeated.", transform: Arguments.role)
    var roles: [RoleName] = []

    @OptionGroup var attributes: AttributeArguments

    @Flag(name: .customLong("password-stdin"), help: "Take the password from the first line of standard input.")
    var passwordFromStandardInput = false

    func validate() throws {
        guard email != nil || !(emailIsVerified || invite) else {
            throw ValidationError("\(invite ? "--invite" : "--email-verified") needs --email")
        }
        guard !invite || !(passwordFromStandardInput || emailIsVerified) else {
            throw ValidationError("--invite lets the person choose the password and show that the address is theirs")
        }
        guard !(passwordFromStandardInput && attributes.readsStandardInput) else {
            throw ValidationError("standard input has the password; give the attribute in a file")
        }
    }

    func run() async throws {
        let attributes = try attributes.values()
        try await Workplace.open(common, .preparing) { workplace in
            let users = workplace.users
            // Before a person types a password twice in vain.
            guard try await users.find(name) == nil else { throw InvalidValue("user \(name)", "this name is taken") }
            if invite { try workplace.settings.refuseWithoutMail() }
            let user = NewUser(
                name: name, displayName: displayName, email: email, emailIsVerified: emailIsVerified, roles: roles,
                attributes: attributes, passwordHash: invite ? nil : try await passwordHash(workplace),
                language: language,
                letter: invite ? .invitation : workplace.settings.confirmation(unless: emailIsVerified))
            let account = try await users.add(user, at: workplace.now)
            guard let profile = try await users.find(name) else { return }
            try Console.print(profile, or: "added user \(account.name) (\(account.id))", common)
        }
    }
}

extension UserAddCommand {
    private func passwordHash(_ workplace: Workplace) async throws -> PasswordHash {
        let password = try await PasswordInput.read(
            fromStandardInput: passwordFromStandardInput, by: try await workplace.passwordRules(),
            for: PasswordOwner(userName: name.text, email: email?.text, displayName: displayName))
        return try await password.hash(workplace.settings)
    }
}

extension Settings {
    /// What a new address is sent: the link that confirms it, where mail is sent and it is not verified already.
    func confirmation(unless isVerified: Bool) -> AddressLetter? { isVerified || mail == nil ? nil : .confirmation }

    func refuseWithoutMail() throws {
        guard mail != nil else { throw CommandFailure("nobody can be written to: smtp_url is not set", .configuration) }
    }
}

extension Password {
    /// Hashes at the cost that the settings say.
    func hash(_ settings: Settings) async throws -> PasswordHash {
        let hasher = try PasswordHasher(cost: settings.passwordHashing.cost, threads: 1)
        defer { hasher.stop() }
        return try await hasher.hash(self)
    }
}

extension Console {
    /// What a change left behind: the user as JSON, or a sentence.
    static func print(_ profile: AccountProfile, or sentence: String, _ options: CommonOptions) throws {
        if options.isJSON { try print(profile.json) } else { try print(TerminalText.escaped(sentence)) }
    }
}
