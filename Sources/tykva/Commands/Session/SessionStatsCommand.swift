import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct SessionStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Counts how refreshes ended, by application: is the retry window right?",
        discussion: """
            Counts are of whole days in UTC, kept for 90 days, and at most a minute old.
            RETRIES asked again within the window, RACES within a second; LATE and STALE
            are replays that were taken for thefts. The last line says how to judge them.

            Example:
              tykva session stats --since 30d --client portal
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Since this day, or for so long: 2026-01-31T00:00:00Z or 7d.", valueName: "time"))
    var since = "7d"

    @Option(help: "Only this application's.", transform: Arguments.clientID)
    var client: ClientID?

    func validate() throws {
        try Arguments.check { _ = try Instant.parse(since, orBefore: Milliseconds(0)) }
    }

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let start = try Instant.parse(since, orBefore: workplace.now)
            let statistics = try await RefreshStatistics(
                workplace.database, since: start, of: client, window: workplace.settings.retryWindow)
            if common.isJSON { return try Console.print(statistics.json) }
            guard !statistics.clients.isEmpty else { return try Console.print("no refreshes were counted") }
            try Console.print(statistics.table.text())
            try Console.print(statistics.advice)
        }
    }
}

extension RefreshStatistics {
    fileprivate var table: TextTable {
        var table = TextTable(
            "APPLICATION", "REFRESHES", "RETRIES", "RACES", "PER 100", "LONGEST RETRY", "LATE", "STALE", "PER MILLION",
            "FAST-FORWARDS", "STRANGERS")
        for client in clients {
            let count = client.count
            table.add(
                client.client?.text ?? "(others)", "\(count.rotated)", "\(count.retried)", "\(count.raced)",
                Self.text(count.retriesPerHundred),
                count.retried == 0 ? "" : "\(Self.text(count.longestRetrySeconds)) s", "\(count.lateThefts)",
                "\(count.staleThefts)", Self.text(count.replaysPerMillion), "\(count.fastForwarded)",
                "\(count.strangers)")
        }
        return table
    }

    private static func text(_ value: Double?) -> String { value.map { "\($0.toHundredths)" } ?? "" }

    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("clients", .array(clients.map(\.json))),
                ("retry_window_seconds", .integer(window.sameCallerSeconds)),
                ("retry_window_other_seconds", .integer(window.otherCallerSeconds)),
                ("advice", .string(advice)),
            ]))
    }
}

extension ClientRefreshCount {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("client", (client?.text).json), ("refreshes", .integer(count.rotated)),
                ("retries", .integer(count.retried)), ("races", .integer(count.raced)),
                ("retries_per_hundred", Self.number(count.retriesPerHundred)),
                ("longest_retry_seconds", Self.number(count.retried == 0 ? nil : count.longestRetrySeconds)),
                ("late_replays", .integer(count.lateThefts)), ("stale_replays", .integer(count.staleThefts)),
                ("replays_per_million", Self.number(count.replaysPerMillion)),
                ("fast_forwards", .integer(count.fastForwarded)), ("strangers", .integer(count.strangers)),
            ]))
    }

    private static func number(_ value: Double?) -> JSONValue { value.map { .number($0.toHundredths) } ?? .null }
}

extension RefreshCount {
    fileprivate var longestRetrySeconds: Double { Double(longestRetry) / 1000 }
}

extension Double {
    /// With two digits behind the point.
    fileprivate var toHundredths: Double { (self * 100).rounded() / 100 }
}
