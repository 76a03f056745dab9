import ArgumentParser
import OAuth
import Storage
import TykvaServer

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Shows what happened, oldest first.",
        discussion: """
            As JSON it is one array; with --follow, one object a line.

            Example:
              tykva audit --since 24h --type refresh_theft
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("Only what concerns this user: a name, or the id of one who is gone.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Only since this time, or for so long: 2026-01-31T10:00:00Z or 24h.", valueName: "time"))
    var since: String?

    @Option(help: "Only events of this type.", transform: Arguments.eventType)
    var type: EventType?

    @Flag(help: "Go on with what happens from now.")
    var follow = false

    func validate() throws {
        try Arguments.check {
            if let since { _ = try Instant.parse(since, orBefore: Milliseconds(0)) }
            if let user, UserID(user) == nil { _ = try UserName(user) }
        }
    }

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let since = try since.map { try Instant.parse($0, orBefore: workplace.now) }
            var log = EventLog(
                workplace.database, EventFilter(user: try await owner(workplace), type: type, since: since))
            if common.isJSON && !follow {
                var list = AnswerList(common, empty: "")
                while let page = try await log.next() { try list.print(page.map(\.json), TextTable()) }
                return try list.end()
            }
            var isEmpty = true
            repeat {
                while let page = try await log.next() {
                    isEmpty = false
                    for line in page { try print(line) }
                }
                if follow { try await log.waitForMore() }
            } while follow
            if isEmpty { try Console.print("no events") }
        }
    }

    private func print(_ line: AuditLine) throws {
        if common.isJSON { try Console.print(line.json) } else { try Console.print(TerminalText.escaped(line.text)) }
    }

    private func owner(_ workplace: Workplace) async throws -> UserID? {
        guard let user else { return nil }
        let name = try? UserName(user)
        if let name, let profile = try await UserAdministration(workplace.database).find(name) {
            return profile.account.id
        }
        guard let id = UserID(user) else { throw InvalidValue("user \(user)", "there is none of this name") }
        return id
    }
}
