import OAuth
import Secrets
import Storage
import StrictFormats

/// A person's living sessions as the account page shows them: the current one first, each with its applications.
struct ShownSessions {
    let sessions: [SessionsPage.Session]

    init(
        _ listings: [SessionListing], current: SessionID, names: [ClientID: String?], at now: Milliseconds
    ) {
        var rows: [SessionID: [SessionListing]] = [:]
        var order: [SessionID] = []
        for listing in listings where listing.endedAt == nil {
            if rows[listing.session] == nil { order.append(listing.session) }
            rows[listing.session, default: []].append(listing)
        }
        let shown = order.compactMap { id -> SessionsPage.Session? in
            guard let rows = rows[id], let first = rows.first else { return nil }
            let families = rows.compactMap(\.family).filter {
                $0.endedAt == nil && $0.expiresAt > now && $0.idleExpiresAt > now
            }
            // Without a browser and without an application there is nothing left of it.
            guard first.isSignedIn(at: now) || !families.isEmpty else { return nil }
            return Self.session(first, families, isCurrent: id == current, names)
        }
        sessions = shown.filter(\.isCurrent) + shown.filter { !$0.isCurrent }
    }

    private static func session(
        _ listing: SessionListing, _ families: [SessionListing.Family], isCurrent: Bool, _ names: [ClientID: String?]
    ) -> SessionsPage.Session {
        let seen = listing.browser?.seen ?? listing.created
        let lastUse = families.map(\.rotatedAt).max() ?? listing.createdAt
        return SessionsPage.Session(
            id: listing.session, agent: seen.agent, address: seen.address == .unknown ? nil : seen.address.text,
            firstUse: listing.createdAt, lastUse: max(lastUse, listing.browser?.seenAt ?? listing.createdAt),
            isCurrent: isCurrent,
            applications: families.map { family in
                SessionsPage.Application(
                    client: ShownClient(id: family.client, displayName: names[family.client] ?? nil),
                    reference: TokenHash(bytes: family.key.bytes)?.hex ?? "", lastUse: family.rotatedAt,
                    outlivesSignOut: family.scope.contains("offline_access"))
            })
    }
}

extension SessionsPage.Done {
    /// What the address says after the form was taken.
    var query: String {
        switch self {
        case .sessionEnded: "session-ended"
        case .applicationEnded: "application-ended"
        case .othersEnded: "others-ended"
        }
    }

    init?(query: String) {
        switch query {
        case Self.sessionEnded.query: self = .sessionEnded
        case Self.applicationEnded.query: self = .applicationEnded
        case Self.othersEnded.query: self = .othersEnded
        default: return nil
        }
    }
}

extension PublicClaims {
    /// The texts of a claim that is an array of them.
    func strings(_ name: String) -> [String] {
        members.first { $0.name == name }.flatMap { try? JSONValue(parsing: $0.json, limits: .attribute) }?
            .stringArrayValue ?? []
    }
}
