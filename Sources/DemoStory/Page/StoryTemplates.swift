import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import TykvaServer

/// The story's templates, parsed once. `{{ }}` escapes; nothing here is written any other way.
struct StoryTemplates: Sendable {
    private let library: MustacheLibrary

    init() throws {
        let texts = [
            "page": PackageResources.page_mustache, "heading": PackageResources.heading_mustache,
            "exchange": PackageResources.exchange_mustache, "token": PackageResources.token_mustache,
            "signIn": PackageResources.sign_in_mustache, "readToken": PackageResources.read_token_mustache,
            "callService": PackageResources.call_service_mustache, "copyToken": PackageResources.copy_token_mustache,
            "refresh": PackageResources.refresh_mustache, "replay": PackageResources.replay_mustache,
            "goOn": PackageResources.go_on_mustache, "refusal": PackageResources.refusal_mustache,
            "mailbox": PackageResources.mailbox_mustache,
        ]
        library = MustacheLibrary(
            templates: try texts.mapValues(Markup.template))
    }

    func page(_ page: StoryPage) -> Response {
        html(library.render(page, withTemplate: "page"), .ok)
    }

    func mailbox(_ page: MailboxPage) -> Response {
        html(library.render(page, withTemplate: "mailbox"), .ok)
    }

    /// A page that says why not, with a way to the story.
    func refusal(_ status: HTTPResponse.Status, _ title: String, _ text: String, link: String) -> Response {
        html(library.render(RefusalPage(title: title, text: text, link: link), withTemplate: "refusal"), status)
    }

    private struct RefusalPage {
        let title: String
        let text: String
        let link: String
    }

    private func html(_ text: String?, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text ?? "")))
    }
}
