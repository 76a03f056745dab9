import HTTPTypes
import Hummingbird
import OAuth
import TykvaServer

/// Lets only the story's own page press its buttons: what a browser says of a request's origin must fit.
///
/// Beside the form token that each walk has. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
struct OwnFormsOnly: RouterMiddleware {
    let issuer: Issuer
    let templates: StoryTemplates

    @concurrent func handle(
        _ request: Request, context: ServeRequestContext,
        next: @concurrent (Request, ServeRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head || isOwn(request.headers) else {
            return templates.refusal(
                .forbidden, "Not from this page", "The story's buttons can be pressed on its own page only.",
                link: issuer.text)
        }
        return try await next(request, context)
    }

    private func isOwn(_ headers: HTTPFields) -> Bool {
        let (sites, origins) = (headers[values: .secFetchSite], headers[values: .origin])
        return sites.allSatisfy { $0 == "same-origin" } && origins.allSatisfy { $0 == issuer.text }
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
    static let secFetchDestination = HTTPField.Name("Sec-Fetch-Dest") ?? .origin
}
