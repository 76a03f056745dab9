import ArgumentParser
import OAuth
import TykvaServer

struct UserSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Changes what is known of a user.",
        discussion: """
            An empty text removes the display name or the e-mail address. A new address is
            not verified unless you say so: nothing is written to it but the link that
            confirms it. --email-verified alone is about the address that there is.

            Example:
              tykva user set anna --display-name "Anna Lind" \\
                --attribute department=sales --remove-attribute groups
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    @Option(help: "The e-mail address.")
    var email: String?

    @Flag(name: .customLong("email-verified"), help: "The e-mail address is known to be theirs: messages go there.")
    var emailIsVerified = false

    @Option(name: .customLong("display-name"), help: "How the person is called.")
    var displayName: String?

    @Option(
        help: ArgumentHelp(
            "The language of messages, en or ru, until they sign in on a page of another.", valueName: "en|ru"),
        transform: Arguments.language)
    var language: PageLanguage?

    @OptionGroup var attributes: AttributeArguments

    @Option(
        name: .customLong("remove-attribute"),
        help: ArgumentHelp("An attribute to remove; may be repeated.", valueName: "name"))
    var removed: [String] = []

    func validate() throws {
        let isGiven = email != nil || emailIsVerified || displayName != nil || language != nil
        guard isGiven || !attributes.isEmpty || !removed.isEmpty else {
            throw ValidationError("nothing was given to set")
        }
        if let email, !email.isEmpty { try Arguments.check { _ = try EmailAddress(email) } }
    }

    func run() async throws {
        let values = try attributes.values()
        let newEmail = try email.map { $0.isEmpty ? nil : try EmailAddress($0) }
        try await Workplace.open(common, .changing) { workplace in
            let change = UserChange(
                displayName: displayName.map { $0.isEmpty ? .remove : .set($0) } ?? .keep,
                email: newEmail.map { $0.map { .set($0) } ?? .remove } ?? .keep, emailIsVerified: emailIsVerified,
                language: language, letter: workplace.settings.confirmation(unless: emailIsVerified),
                setAttributes: values,
                removedAttributes: removed)
            let profile = try await workplace.users.change(name, change, at: workplace.now)
            try Console.print(profile, or: "changed user \(name)", common)
        }
    }
}
