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
              tykva audit --since 24h --type refresh_theft --type sign_in_failed
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("Only what concerns this user: a name, or the id of one who is gone.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Only since this time, or for so long: 2026-01-31T10:00:00Z or 24h.", valueName: "time"))
    var since: String?

    @Option(
        help: ArgumentHelp("Only before this time, or up to so long ago.", valueName: "time"))
    var until: String?

    @Option(
        name: .customLong("type"), help: ArgumentHelp("Only events of this type; may be repeated.", valueName: "type"),
        transform: Arguments.eventType)
    var types: [EventType] = []

    @Option(
        help: ArgumentHelp("Only what concerns this client, also one that is gone.", valueName: "id"),
        transform: Arguments.clientID)
    var client: ClientID?

    @Option(
        help: ArgumentHelp("Only what concerns this session.", valueName: "session"),
        transform: Arguments.sessionID)
    var session: SessionID?

    @Flag(help: "Go on with what happens from now.")
    var follow = false

    func validate() throws {
        try Arguments.check {
            for time in [since, until] {
                if let time { _ = try Instant.parse(time, orBefore: Milliseconds(0)) }
            }
            if follow, until != nil { throw InvalidValue("--until", "it does not go with --follow") }
            if let user, UserID(user) == nil { _ = try UserName(user) }
        }
    }

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let since = try since.map { try Instant.parse($0, orBefore: workplace.now) }
            let until = try until.map { try Instant.parse($0, orBefore: workplace.now) }
            var log = EventLog(
                workplace.database,
                EventFilter(
                    user: try await owner(workplace), client: client, session: session, types: types, since: since,
                    until: until))
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
        if let name, let profile = try await workplace.users.find(name) {
            return profile.account.id
        }
        guard let id = UserID(user) else { throw InvalidValue("user \(user)", "there is none of this name") }
        return id
    }
}
