import Hummingbird
import OAuth
import Storage

extension PageDesk {
    /// A page of somebody who is signed in; whoever is not signs in first, and comes back.
    func accountPage(
        _ request: Request, _ context: some IssuerRequestContext,
        _ body: (Visit, BrowserSession) async throws -> Response
    ) async -> Response {
        let visit = visit(request, context)
        do {
            guard let session = try await session(visit) else {
                return seeOther(AccountFrame.Section(path: request.uri.path).signIn.text)
            }
            return try await body(visit, session)
        } catch {
            return response(to: error, visit, again: OwnAddress("/account"))
        }
    }

    func frame(_ session: BrowserSession, _ visit: Visit) -> AccountFrame {
        AccountFrame(ShownPerson(session), signOut: form("/sign-out", .signOut, of: session, visit))
    }
}
