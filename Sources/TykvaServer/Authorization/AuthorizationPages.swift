import OAuth
import Secrets
import Storage

/// How a page between the application's request and its answer is entered: by whoever is signed in, with a ticket that
/// is not old, and only while it is this page's turn.
struct AuthorizationPages: Sendable {
    let desk: PageDesk
    let requests: AuthorizationRequests
    let flow: AuthorizationFlow

    enum Entry: Sendable {
        /// The request begins again, with nothing lost.
        case again(OpenedRequest)
        case entered(OpenedRequest, BrowserSession)
    }

    func entry(_ visit: PageDesk.Visit) async throws -> Entry {
        let opened = try await requests.open(visit)
        guard let ticket = opened.ticket, !ticket.isOld(at: visit.now), let session = try await desk.session(visit)
        else { return .again(opened) }
        return .entered(opened, session)
    }

    /// The alarms of the last 30 days that the person has neither answered nor seen yet; from now on they have, if they
    /// had been in this browser before: a thief with their password comes with another.
    func news(
        of session: BrowserSession, on device: OneTimeValue, at now: Milliseconds
    ) async throws(StorageError) -> [ShownNotice] {
        let (user, limit) = (session.user, Limits.shownNews)
        let (notices, clients) = try await flow.database.read { tx throws(StorageError) in
            let notices = try tx.run(
                .notices(
                    of: user, unread: PersonMessageKind.alarms, since: now - Limits.newsMemory, limit: limit))
            return (notices, notices.isEmpty ? [] : try tx.run(.clients()))
        }
        guard let latest = notices.first else { return [] }
        try await flow.database.once(
            .readNotices(
                of: user, PersonMessageKind.alarms, on: device.hash, through: latest.event.at, at: now))
        let names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0.displayName) })
        return notices.map { ShownNotice($0, names: names) }
    }

    /// The form of a page, with the request in its address.
    func form(
        _ path: StaticString, _ purpose: FormPurpose, _ opened: OpenedRequest, of session: BrowserSession? = nil,
        _ visit: PageDesk.Visit
    ) -> PageForm {
        let query = opened.carriedQuery(key: requests.ticketKey, at: visit.now)
        return desk.form(
            OwnAddress(path, query: query), purpose, of: session, visit, leadsTo: FormTarget(opened.request.target))
    }
}
