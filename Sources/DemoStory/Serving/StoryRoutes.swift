import HTTPTypes
import Hummingbird
import NIOCore
import OAuth
import Secrets
import TykvaServer

/// The story's routes: the page, a POST for each step that leads back to the page, and what the page is made of.
struct StoryRoutes: Sendable {
    private static let formBytes = 8 * 1024
    private let stage: DemoStory.Stage
    private let steps: Steps
    private let templates: StoryTemplates
    private let walks = Walks()

    init(_ stage: DemoStory.Stage, steps: Steps, templates: StoryTemplates) {
        self.stage = stage
        self.steps = steps
        self.templates = templates
    }

    func add(to router: some RouterMethods<ServeRequestContext>) {
        router.get("/") { request, _ in page(request) }
        add(.signIn, at: "/demo/sign-in", to: router)
        add(.callService, at: "/demo/call", to: router)
        add(.copyToken, at: "/demo/copy", to: router)
        add(.refresh, at: "/demo/refresh", to: router)
        add(.replay, at: "/demo/replay", to: router)
        add(.goOn, at: "/demo/restart", to: router)
        router.get("/demo/mail") { _, _ in
            templates.mailbox(MailboxPage(stage.mailbox.all, issuer: stage.issuer.text))
        }
        router.get("/demo/style.css") { _, _ in Self.asset(PackageResources.style_css, "text/css; charset=utf-8") }
        router.get("/favicon.svg") { _, _ in Self.asset(PackageResources.favicon_svg, "image/svg+xml") }
        router.get("/demo/pumpkin.svg") { _, _ in Self.asset(PackageResources.pumpkin_svg, "image/svg+xml") }
    }

    /// Who loads the address of a step again, from a history, comes to the page.
    private func add(_ step: StoryStep, at path: RouterPath, to router: some RouterMethods<ServeRequestContext>) {
        router.post(path) { request, _ in await take(step, request) }
        router.get(path) { _, _ in Self.seeOther("/") }
    }

    private func page(_ request: Request) -> Response {
        // A page elsewhere that embeds this one as a picture must not begin walks.
        guard request.headers[values: .secFetchDestination].allSatisfy({ $0 == "document" }) else {
            return templates.refusal(
                .forbidden, "A page, nothing else", "Open the demo in a tab.", link: stage.issuer.text)
        }
        let now = stage.clock.now()
        if let cookie = WalkCookie.value(in: request.headers), let walk = walks.find(cookie, at: now) {
            return templates.page(StoryPage(walk, stage: stage, at: now))
        }
        let (cookie, walk) = walks.begin(at: now)
        var response = templates.page(StoryPage(walk, stage: stage, at: now))
        response.headers[.setCookie] = WalkCookie.setting(cookie)
        return response
    }

    private func take(_ step: StoryStep, _ request: Request) async -> Response {
        guard let cookie = WalkCookie.value(in: request.headers), let walk = walks.find(cookie, at: stage.clock.now())
        else { return Self.seeOther("/") }
        guard let form = await Self.form(request) else {
            return templates.refusal(
                .badRequest, "Not understood", "The form could not be read, or is too long.", link: stage.issuer.text)
        }
        guard let sent = form["form"], ConstantTime.equal(sent.utf8, walk.formToken.utf8) else {
            return templates.refusal(
                .forbidden, "Not from this page", "The form is of another walk through the story. Open the page again.",
                link: stage.issuer.text)
        }
        var shown = step
        await walks.take(cookie) { walk in shown = await steps.take(step, form, in: &walk) }
        return Self.seeOther("/#\(shown.anchor)")
    }

    private static func form(_ request: Request) async -> FormParameters? {
        guard let body = try? await request.body.collect(upTo: formBytes) else { return nil }
        return try? FormParameters(body.readableBytesView)
    }

    private static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location])
    }

    private static func asset(_ bytes: [UInt8], _ type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
