import ArgumentParser
import OAuth
import Storage
import TykvaServer

struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists users in the order of their names.",
        discussion: """
            Example:
              tykva user list --output json
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let users = workplace.users
            var list = AnswerList(common, empty: "no users yet; add one with `tykva user add NAME`")
            var last: UserName?
            repeat {
                let page = try await users.page(after: last)
                var table = TextTable("NAME", "ID", "E-MAIL", "ROLES", "STATE", "CREATED")
                for profile in page {
                    table.add(
                        profile.account.name, profile.account.id.text, profile.account.email ?? "",
                        profile.roles.map(\.text).joined(separator: " "), profile.state, profile.account.createdAt.text)
                }
                try list.print(page.map(\.json), table)
                last = try page.last.map { try UserName($0.account.name) }
            } while last != nil
            try list.end()
        }
    }
}
