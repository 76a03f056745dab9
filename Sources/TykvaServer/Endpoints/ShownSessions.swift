import Hummingbird
import OAuth
import Secrets
import Storage
import StrictFormats

/// A person's living sessions as the account page shows them: the current one first, each with its applications.
struct ShownSessions {
    let sessions: [SessionsPage.Session]
    /// Where the next page begins; nil when this is the last.
    let next: SessionPlace?

    /// - Parameters:
    ///   - own: The session in which the page is read, where it is shown.
    ///   - others: Newest first, and one more than a page holds where there are more.
    init(
        _ own: [SessionListing], others: [SessionListing], names: [ClientID: String?], at now: Milliseconds
    ) {
        let current = Self.living(own, isCurrent: true, names, at: now)
        let living = Self.living(others, isCurrent: false, names, at: now)
        let page = living.prefix(Limits.shownSessions)
        sessions = current + page
        next = living.count > page.count ? page.last.map { SessionPlace(createdAt: $0.firstUse, session: $0.id) } : nil
    }

    private static func living(
        _ listings: [SessionListing], isCurrent: Bool, _ names: [ClientID: String?], at now: Milliseconds
    ) -> [SessionsPage.Session] {
        var rows: [SessionID: [SessionListing]] = [:]
        var order: [SessionID] = []
        for listing in listings where listing.endedAt == nil {
            if rows[listing.session] == nil { order.append(listing.session) }
            rows[listing.session, default: []].append(listing)
        }
        return order.compactMap { id -> SessionsPage.Session? in
            guard let rows = rows[id], let first = rows.first else { return nil }
            let families = rows.compactMap(\.family).filter {
                $0.endedAt == nil && $0.expiresAt > now && $0.idleExpiresAt > now
            }
            // Without a browser and without an application there is nothing left of it.
            guard first.isSignedIn(at: now) || !families.isEmpty else { return nil }
            return session(first, families, isCurrent: isCurrent, names)
        }
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
            applications: applications(families, names))
    }

    /// Each once, whatever number of times the person went in; in the order of the first time.
    private static func applications(
        _ families: [SessionListing.Family], _ names: [ClientID: String?]
    ) -> [SessionsPage.Application] {
        var shown: [SessionsPage.Application] = []
        for family in families {
            let outlivesSignOut = family.scope.contains("offline_access")
            if let index = shown.firstIndex(where: { $0.client.id == family.client }) {
                shown[index].lastUse = max(shown[index].lastUse, family.rotatedAt)
                shown[index].outlivesSignOut = shown[index].outlivesSignOut || outlivesSignOut
            } else {
                shown.append(
                    SessionsPage.Application(
                        client: ShownClient(id: family.client, displayName: names[family.client] ?? nil),
                        lastUse: family.rotatedAt, outlivesSignOut: outlivesSignOut))
            }
        }
        return shown
    }
}

/// Where a page of sessions goes on: behind the last session of the page before.
struct SessionPlace: Hashable, Sendable {
    private static let parameter = "before"
    let createdAt: Milliseconds
    let session: SessionID

    init(createdAt: Milliseconds, session: SessionID) {
        self.createdAt = createdAt
        self.session = session
    }

    /// - Returns: Nil for the first page.
    /// - Throws: `badRequest` for a place that none of our pages leads to.
    init?(of request: Request) throws(PageRefusal) {
        guard let text = request.uri.queryParameters[Substring(Self.parameter)] else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let createdAt = Int64(parts[0]), let session = SessionID(String(parts[1])) else {
            throw PageRefusal(.badRequest, reason: "\(Self.parameter) is no place in a list of sessions")
        }
        self.init(createdAt: Milliseconds(createdAt), session: session)
    }

    var address: String { "/account/sessions?\(Self.parameter)=\(createdAt.value).\(session.text)" }
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
