import HTTPTypes
import Hummingbird
import OAuth

/// `GET` and `POST /authorize` (RFC 6749 §3.1, OIDC Core §3.1.2).
struct AuthorizationEndpoint: Sendable {
    let pages: AuthorizationPages

    private var desk: PageDesk { pages.desk }

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            // A ticket counts at our own pages only: here the application asks anew.
            var opened = try await pages.requests.open(visit)
            opened.ticket = nil
            let session = try await desk.session(visit)
            return desk.response(
                try await pages.flow.advance(opened, session: session, at: visit.now), visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    /// The same as a form (OIDC Core §3.1.2.1). It becomes a query: so a browser brings its cookie along, which it
    /// withholds from another site's POST.
    func answerForm(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let body = try await ProtocolRequest.formBody(request)
            guard body.count <= Limits.authorizationQueryBytes, body.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw OAuthError.invalidRequest("the form is too long, or not encoded")
            }
            return desk.seeOther("/authorize?\(String(decoding: body, as: UTF8.self))")
        } catch let error as OAuthError {
            return desk.response(to: AuthorizationError.page(.request, error), visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }
}
