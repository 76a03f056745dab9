import HTTPTypes
import Hummingbird
import OAuth
import TykvaServer

/// Refuses requests that name another host than the issuer's.
///
/// A web page whose name was pointed at this machine (DNS rebinding) would be of the story's origin, and could read its
/// tokens; its requests still name its own host.
struct OwnHostOnly: RouterMiddleware {
    let issuer: Issuer
    let templates: StoryTemplates

    @concurrent func handle(
        _ request: Request, context: ServeRequestContext,
        next: @concurrent (Request, ServeRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.head.authority?.lowercased() == issuer.authority else {
            return templates.refusal(
                .misdirectedRequest, "Not at this address",
                "The demo is served at one address only, so that no other web page can read what it shows.",
                link: issuer.text)
        }
        return try await next(request, context)
    }
}

extension Issuer {
    /// Host and port, as a browser sends them.
    var authority: String { String(text.drop { $0 != "/" }.dropFirst(2)) }
}
