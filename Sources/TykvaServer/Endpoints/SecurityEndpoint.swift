import Hummingbird
import OAuth
import Secrets
import Storage

/// `/account/security`: what happened to the account, what the person was told, the browsers that are known, and the
/// end of everything.
struct SecurityEndpoint: Sendable {
    private static let shownNotices: Int64 = 20
    private static let shownEvents: Int64 = 50
    private static let shownDevices: Int64 = 50
    let desk: PageDesk
    let database: any Database

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let (notices, devices, events, clients) = try await database.read { tx throws(StorageError) in
                (
                    try tx.run(.notices(of: session.user, limit: Self.shownNotices)),
                    try tx.run(.devices(of: session.user, limit: Self.shownDevices)),
                    try tx.run(.latestEvents(of: session.user, limit: 4 * Self.shownEvents)),
                    try tx.run(.clients())
                )
            }
            let thisDevice = BrowserCookie.device.value(in: request.headers)?.hash
            if let thisDevice {
                try await database.once(
                    .readNotices(of: session.user, on: thisDevice, through: visit.now, at: visit.now))
            }
            let names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0.displayName) })
            let history = events.filter { SecurityPage.shownTypes.contains($0.type) }.prefix(Int(Self.shownEvents))
            let lines = history.map { event in
                SecurityPage.Line(
                    type: event.type, at: event.at, holder: event.holder,
                    applicationName: event.client.map { (names[$0] ?? nil) ?? $0.text })
            }
            let forms = SecurityPage.Forms(
                forgetDevice: desk.form("/account/devices/forget", .forgetDevice, of: session, visit),
                endEverything: desk.form("/account/end-everything", .endEverything, of: session, visit))
            return desk.show(
                SecurityPage(
                    desk.frame(session, visit), notices: notices.map { ShownNotice($0, names: names) },
                    devices: devices, thisDevice: thisDevice, history: lines, forms: forms), visit)
        }
    }

    /// A sign-in in a browser that was forgotten is told as one in a new browser.
    func forgetDevice(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let form = try await desk.posted(.forgetDevice, of: session, visit)
            guard let device = form["device"].flatMap(TokenHash.init(hex:)) else {
                throw PageRefusal(.badRequest, reason: "the form names no browser")
            }
            let event = Event(
                at: visit.now, type: .deviceForgotten, user: session.user, session: session.id,
                holder: visit.origin.holder, requestID: visit.origin.requestID)
            try await database.writeAgain { tx throws(StorageError) in
                try tx.forgetDevice(device, of: session.user, event)
            }
            return desk.seeOther("/account/security")
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
