import ArgumentParser
import OAuth
import TykvaServer

struct UserSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Changes what is known of a user.",
        discussion: """
            An empty text removes the display name or the e-mail address.

            Example:
              tykva user set anna --display-name "Anna Lind" \\
                --attribute department=sales --remove-attribute groups
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    @Option(help: "The e-mail address, which is not verified then.")
    var email: String?

    @Option(name: .customLong("display-name"), help: "How the person is called.")
    var displayName: String?

    @OptionGroup var attributes: AttributeArguments

    @Option(
        name: .customLong("remove-attribute"),
        help: ArgumentHelp("An attribute to remove; may be repeated.", valueName: "name"))
    var removed: [String] = []

    func validate() throws {
        guard email != nil || displayName != nil || !attributes.isEmpty || !removed.isEmpty else {
            throw ValidationError("nothing was given to set")
        }
        if let email, !email.isEmpty { try Arguments.check { _ = try EmailAddress(email) } }
    }

    func run() async throws {
        let newEmail = try email.map { $0.isEmpty ? nil : try EmailAddress($0) }
        let change = UserChange(
            displayName: displayName.map { $0.isEmpty ? .remove : .set($0) } ?? .keep,
            email: newEmail.map { $0.map { .set($0) } ?? .remove } ?? .keep, setAttributes: try attributes.values(),
            removedAttributes: removed)
        try await Workplace.open(common, .changing) { workplace in
            let profile = try await UserAdministration(workplace.database).change(name, change, at: workplace.now)
            try Console.print(profile, or: "changed user \(name)", common)
        }
    }
}
