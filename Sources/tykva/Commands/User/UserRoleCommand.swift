import ArgumentParser
import OAuth
import TykvaServer

struct UserRoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Gives a user a role, or takes it.",
        discussion: """
            Example:
              tykva user role anna add reader
            """)

    enum Action: String, CaseIterable, ExpressibleByArgument {
        case add, remove
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The user's name.", transform: Arguments.userName)
    var name: UserName

    @Argument(help: "add or remove.")
    var action: Action

    @Argument(help: "The role.", transform: Arguments.role)
    var role: RoleName

    func run() async throws {
        let change =
            switch action {
            case .add: UserChange(addedRoles: [role])
            case .remove: UserChange(removedRoles: [role])
            }
        try await Workplace.open(common, .changing) { workplace in
            let profile = try await workplace.users.change(name, change, at: workplace.now)
            let roles = profile.roles.map(\.text).joined(separator: " ")
            try Console.print(profile, or: "roles of user \(name): \(roles.isEmpty ? "none" : roles)", common)
        }
    }
}
