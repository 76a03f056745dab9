import OAuth
import Storage
import StrictFormats
import TykvaServer

/// A page of sessions as it is shown: a row for each family, and the thefts below.
struct SessionPage {
    let table: TextTable
    let json: [JSONValue]
    /// A line for each theft.
    let thefts: [String]

    init(_ rows: [SessionListing], _ sessions: SessionAdministration, at now: Milliseconds) async throws {
        var table = TextTable("SESSION", "USER", "APPLICATION", "STARTED", "LAST REFRESH", "ADDRESS", "AGENT", "STATE")
        var json: [JSONValue] = []
        var thefts: [String] = []
        // The rows of one session stand together.
        for families in rows.chunked(by: { $0.session == $1.session }) {
            guard let session = families.first else { continue }
            var reports: [TheftReport] = []
            if families.contains(where: \.wasStolen) { reports = try await sessions.thefts(in: session) }
            for row in families {
                table.add(
                    row.session.text, row.userName, row.family?.client.text ?? "", row.createdAt.text,
                    row.family.map { $0.generation == 0 ? "" : $0.rotatedAt.text } ?? "",
                    (row.family?.rotated ?? row.created).address.text, (row.family?.rotated ?? row.created).agent.text,
                    row.state(at: now))
            }
            thefts += reports.map { "\(session.session): \($0.sentence)" }
            json.append(session.json(families: families, thefts: reports, at: now))
        }
        self.table = table
        self.json = json
        self.thefts = thefts
    }
}

extension SessionListing {
    /// Whether the session, or this family of it, was ended by a theft.
    var wasStolen: Bool {
        [endReason, family?.endReason].compactMap { $0.flatMap(EndReason.init(rawValue:)) }
            .contains { $0 == .lateTheft || $0 == .staleTheft }
    }

    func state(at now: Milliseconds) -> String {
        if let endedAt { return "ended \(endedAt.text) (\(endReason ?? "unknown"))" }
        guard let family else { return signedOutAt.map { "signed out \($0.text)" } ?? "no application" }
        return family.state(at: now)
    }

    fileprivate func json(families: [SessionListing], thefts: [TheftReport], at now: Milliseconds) -> JSONValue {
        .object(
            JSONObject([
                ("id", .string(session.text)), ("user", .string(userName)), ("user_id", .string(user.text)),
                ("started_at", createdAt.json), ("address", .string(created.address.text)),
                ("agent", .string(created.agent.text)), ("signed_out_at", signedOutAt.json), ("ended_at", endedAt.json),
                ("end_reason", endReason.json),
                ("applications", .array(families.compactMap { $0.family?.json(at: now) })),
                ("thefts", .array(thefts.map(\.json))),
            ]))
    }
}

extension SessionListing.Family {
    fileprivate func state(at now: Milliseconds) -> String {
        if let endedAt { return "ended \(endedAt.text) (\(endReason ?? "unknown"))" }
        return idleExpiresAt <= now || expiresAt <= now ? "expired" : "active"
    }

    fileprivate func json(at now: Milliseconds) -> JSONValue {
        .object(
            JSONObject([
                ("client", .string(client.text)), ("scope", .string(scope.text)),
                ("refreshes", .integer(Int64(generation))), ("last_refresh_at", rotatedAt.json),
                ("address", .string(rotated.address.text)), ("agent", .string(rotated.agent.text)),
                ("idle_expires_at", idleExpiresAt.json), ("expires_at", expiresAt.json),
                ("ended_at", endedAt.json), ("end_reason", endReason.json),
                ("active", .bool(endedAt == nil && idleExpiresAt > now && expiresAt > now)),
            ]))
    }
}

extension Array {
    /// Runs of neighbours that belong together.
    fileprivate func chunked(by belong: (Element, Element) -> Bool) -> [[Element]] {
        var chunks: [[Element]] = []
        for element in self {
            if let last = chunks.last?.last, belong(last, element) {
                chunks[chunks.count - 1].append(element)
            } else {
                chunks.append([element])
            }
        }
        return chunks
    }
}
