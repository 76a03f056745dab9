import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct SessionListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists sessions, newest first, with what was begun in each application.",
        discussion: """
            A theft shows its class and both who held the token.

            Example:
              tykva session list --user anna
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this user's.", transform: Arguments.userName)
    var user: UserName?

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let sessions = SessionAdministration(workplace.database)
            let owner = try await owner(workplace)
            var list = AnswerList(common, empty: "no sessions yet; they begin when people sign in")
            var last: SessionListing?
            repeat {
                let rows = try await sessions.page(of: owner, after: last)
                let page = try await SessionPage(rows, sessions, at: workplace.now)
                if common.isJSON {
                    try list.print(page.json, TextTable())
                } else if !rows.isEmpty {
                    try list.print(page.json, page.table)
                    for line in page.thefts { try Console.print(TerminalText.escaped(line)) }
                }
                last = rows.last
            } while last != nil
            try list.end()
        }
    }

    private func owner(_ workplace: Workplace) async throws -> UserID? {
        guard let user else { return nil }
        guard let profile = try await workplace.users.find(user) else {
            throw InvalidValue("user \(user)", "there is none of this name")
        }
        return profile.account.id
    }
}
