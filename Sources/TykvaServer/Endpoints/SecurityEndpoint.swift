import Hummingbird
import OAuth
import Storage

/// `/account/security`: what happened to the account, what the person was told, and the end of everything.
struct SecurityEndpoint: Sendable {
    private static let shownNotices: Int64 = 20
    private static let shownEvents: Int64 = 50
    let desk: PageDesk
    let database: any Database

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let (notices, events, clients) = try await database.read { tx throws(StorageError) in
                (
                    try tx.run(.notices(of: session.user, limit: Self.shownNotices)),
                    try tx.run(.latestEvents(of: session.user, limit: 4 * Self.shownEvents)),
                    try tx.run(.clients())
                )
            }
            try await database.once(.readNotices(of: session.user, through: visit.now, at: visit.now))
            let names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0.displayName) })
            let history = events.filter { SecurityPage.shownTypes.contains($0.type) }.prefix(Int(Self.shownEvents))
            return desk.show(
                SecurityPage(
                    desk.frame(session, visit), notices: notices.map { ShownNotice($0, names: names) },
                    history: history.map { event in
                        SecurityPage.Line(
                            type: event.type, at: event.at, holder: event.holder,
                            applicationName: event.client.map { (names[$0] ?? nil) ?? $0.text })
                    }, endEverything: desk.form("/account/end-everything", .endEverything, of: session, visit)), visit)
        }
    }

    /// Ends every session of the person, this one too.
    func endEverything(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            _ = try await desk.posted(.endEverything, of: session, visit)
            let event = Event(
                at: visit.now, type: .sessionEnded, user: session.user, holder: visit.origin.holder,
                requestID: visit.origin.requestID)
            _ = try await database.writeAgain { tx throws(StorageError) in
                try tx.endSessions(ofUser: session.user, .endedByPerson, at: visit.now, event)
            }
            var response = desk.show(SignedOutPage(), visit)
            response.headers[values: .setCookie].append(BrowserCookie.session.removal)
            return response
        }
    }
}
