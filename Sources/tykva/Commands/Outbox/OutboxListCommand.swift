import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct OutboxListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists messages, newest first, with what became of them.",
        discussion: """
            Delivered messages are listed for a day, those that were given up for 30 days;
            so long may one wait.

            Example:
              tykva outbox list --kind mail --state given_up
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: MessageSelection

    @Option(help: ArgumentHelp("At most so many; all of them otherwise.", valueName: "number"))
    var limit: Int?

    func validate() throws {
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit is at least 1") }
    }

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let outbox = OutboxAdministration(workplace.database)
            var list = AnswerList(common, empty: "no messages")
            var left = Int64(limit ?? .max)
            var last: OutboxListing?
            repeat {
                let page = try await outbox.page(
                    selection.filter, after: last, limit: min(left, OutboxAdministration.pageLength))
                try list.print(page.map(\.json), Self.table(page, at: workplace.now))
                left -= Int64(page.count)
                last = page.last
            } while last != nil && left > 0
            try list.end()
        }
    }

    private static func table(_ page: [OutboxListing], at now: Milliseconds) -> TextTable {
        var table = TextTable("ID", "KIND", "RECEIVER", "AGE", "STATE", "ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR")
        for message in page {
            table.add(
                message.id.text, message.kind, message.receiver, age(now.since(message.createdAt)),
                message.state.rawValue, "\(message.attempts)", message.nextAttemptAt?.text ?? "",
                message.lastError ?? "")
        }
        return table
    }

    /// In the largest unit of which there are two at least.
    private static func age(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        if seconds >= 2 * 86_400 { return "\(seconds / 86_400)d" }
        if seconds >= 2 * 3600 { return "\(seconds / 3600)h" }
        return seconds >= 120 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

extension OutboxListing {
    fileprivate var receiver: String {
        if let webhook { return "webhook \(webhook)" }
        if let client, kind == MessageKind.backchannelLogout.rawValue { return "client \(client)" }
        return user.map { "user \(userName ?? $0.text)" } ?? ""
    }

    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id.text)), ("kind", .string(kind)), ("state", .string(state.rawValue)),
                ("client", (client?.text).json), ("session", (session?.text).json), ("user_id", (user?.text).json),
                ("user", userName.json), ("webhook", (webhook?.text).json), ("event", .string(event.text)),
                ("created_at", createdAt.json), ("attempts", .integer(attempts)),
                ("next_attempt_at", nextAttemptAt.json), ("last_error", lastError.json),
                ("delivered_at", deliveredAt.json), ("given_up_at", givenUpAt.json),
            ]))
    }
}
