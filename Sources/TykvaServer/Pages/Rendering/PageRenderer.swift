import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Makes answers of pages: every value escaped, the headers of `PageHeaders`.
struct PageRenderer: Sendable {
    let assets: PageAssets
    private let brandName: String
    private let templates = PageTemplates()
    private let texts: [PageLanguage: PageTexts]

    /// - Throws: When a file of texts of this build is malformed.
    init(branding: Branding = .standard) throws {
        texts = try PageTexts.all()
        assets = PageAssets(branding)
        brandName = branding.name
    }

    /// - Parameter status: The page's own when nil.
    func response(_ page: some Page, in language: PageLanguage, status: HTTPResponse.Status? = nil) -> Response {
        var headers = PageHeaders.fields(formTarget: page.formTarget, hasScript: page.script != nil)
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentLanguage] = language.rawValue
        if let seconds = page.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        let html = html(page, in: language)
        return Response(
            status: status ?? page.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    func html(_ page: some Page, in language: PageLanguage) -> String {
        guard let texts = texts[language], let library = try? templates.library(texts) else { return "" }
        var content = page.content(texts)
        content["lang"] = language.rawValue
        content["title"] = page.title(texts)
        content["brandName"] = brandName
        content["logoPath"] = assets.logoPath
        content["stylePath"] = assets.stylePath
        content["scriptPath"] = page.script.map(assets.path(of:))
        content["account"] = page.account?.content(texts)
        return library.render(content, withTemplate: type(of: page).template.rawValue) ?? ""
    }
}
