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

    /// The alarms that somebody who has just signed in is shown. From now on they have seen them, if they had been in
    /// this browser before: a thief with their password comes with another.
    func news(
        _ signedIn: BrowserSessions.SignedIn, on device: OneTimeValue, at now: Milliseconds
    ) async throws(StorageError) -> [ShownNotice] {
        guard let latest = signedIn.alarms.first else { return [] }
        let names = try await flow.database.once(.clients())
        // Last: what follows is that they are shown.
        try await flow.database.once(
            .readNotices(
                of: signedIn.session.user, PersonMessageKind.alarms, on: device.hash, through: latest.event.at, at: now)
        )
        let named = Dictionary(uniqueKeysWithValues: names.map { ($0.id, $0.displayName) })
        return signedIn.alarms.map { ShownNotice($0, names: named) }
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
