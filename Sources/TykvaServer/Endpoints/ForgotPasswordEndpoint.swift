import Hummingbird
import OAuth
import Storage

/// `/password/forgot`: a link to choose a new password, for whoever reads the account's mail.
///
/// The answer is the same for every name, in words and in time: what the name leads to is looked up after it.
struct ForgotPasswordEndpoint: Sendable {
    let desk: PageDesk
    let requests: PasswordResetRequests
    let guesses: NetworkGuesses

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        page(desk.visit(request, context))
    }

    func send(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard desk.sendsMail else { throw Self.noMail }
            guard let form = try await desk.postedOrOld(.forgotPassword, visit) else { return page(visit) }
            // Counted by network alone, whatever the name: what it leads to is not known here.
            try await guesses.failed(.reset, from: visit.origin.holder.address, at: visit.now)
            requests.note(form["username"] ?? "", from: visit.origin, at: visit.now)
            return desk.show(StepPage(.forgotSent), visit)
        } catch {
            return desk.response(to: error, visit, again: "/password/forgot")
        }
    }

    private static let noMail = PageRefusal(.notFound, reason: "nobody can be written to: smtp_url is not set")

    private func page(_ visit: PageDesk.Visit) -> Response {
        guard desk.sendsMail else { return desk.response(to: Self.noMail, visit) }
        return desk.show(ForgotPasswordPage(desk.form("/password/forgot", .forgotPassword, visit)), visit)
    }
}
