import Foundation
import OAuth
import Testing

@testable import TykvaServer

/// What is true of the markup of every page, whoever wrote the texts in it (threat P13).
@Suite struct PageMarkupTests {
    private let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer()
    }

    /// Each text is put in the place of every text that comes from outside; none may change the page's structure.
    @Test(arguments: [
        "<script>alert(1)</script>", "\" onfocus=alert(1) autofocus x=\"", "' onfocus='alert(1)",
        "</title><script>alert(1)</script>", "--><img src=x onerror=alert(1)>", "javascript:alert(1)",
        "{{lang}}{{{lang}}}",
        // A mark on the quotation mark: one character, and still a quotation mark to a browser.
        "\"\u{301} onfocus=alert(1) x=\"\u{301}", "<\u{338}script>", "\u{0}<b>", "&lt;b&gt;", "a\r\n\r\nb", "`", "\\\"",
        "{}", "%{}%", "\u{202E}evil",
    ])
    func `a text from outside stays a text`(_ hostile: String) throws {
        let tame = try SamplePages { _ in "xyz" }.all()
        let wild = try SamplePages { _ in hostile }.all()
        for (tame, wild) in zip(tame, wild) {
            for language in PageLanguage.allCases {
                let html = renderer.html(wild.page, in: language)
                #expect(
                    structure(html) == structure(renderer.html(tame.page, in: language)),
                    "\(wild.name) has another structure")
                #expect(!html.contains("<script>"), "\(wild.name)")
                #expect(!html.contains("href=\"javascript"), "\(wild.name)")
                #expect(!html.contains("action=\"javascript"), "\(wild.name)")
            }
        }
    }

    @Test func `what a person typed is shown as it is`() throws {
        let page = SignInPage(
            PageForm(OwnAddress("/sign-in"), token: "t"), client: nil, userName: "o'neil \"<b>\" & co")
        #expect(renderer.html(page, in: .en).contains(#"value="o&#39;neil &quot;&lt;b&gt;&quot; &amp; co""#))
    }

    @Test func `a login hint without end is cut`() throws {
        let hint = String(repeating: "a", count: 100_000)
        let page = SignInPage(PageForm(OwnAddress("/sign-in"), token: "t"), client: nil, userName: hint)
        #expect(renderer.html(page, in: .en).utf8.count < 10_000)
    }

    /// A window's title is in histories and on task bars.
    @Test func `a title holds nothing of the request`() throws {
        for (name, page) in try SamplePages({ _ in "SECRET" }).all() {
            let html = renderer.html(page, in: .en)
            let title = html.split(separator: "<title>").last?.split(separator: "</title>").first ?? ""
            #expect(!title.contains("SECRET") && title.hasSuffix(" – Tykva"), "\(name)")
        }
    }

    @Test func `templates write nothing unescaped`() {
        for template in PageTemplate.allCases {
            let text = String(decoding: template.source, as: UTF8.self)
            for tag in ["{{{", "{{&", "{{=", "{{%", "style=", "<style", "<script>", " onclick"] {
                #expect(!text.contains(tag), "\(template) holds \(tag)")
            }
        }
    }

    @Test func `every form of ours holds the token, and sends by POST`() throws {
        for (name, page) in try SamplePages().all() where !(page is FormPostPage) {
            let html = renderer.html(page, in: .en)
            let forms = html.components(separatedBy: "<form ").dropFirst()
            for form in forms {
                let form = form.components(separatedBy: "</form>")[0]
                #expect(form.hasPrefix("method=\"post\" action=\"/"), "\(name)")
                #expect(form.contains(#"<input type="hidden" name="form" value="TOKEN">"#), "\(name)")
            }
            let other = html.components(separatedBy: "name=\"form\"").count - 1
            #expect(other == forms.count, "\(name)")
        }
    }

    @Test func `every page has its language, one heading, one main part, and labels`() throws {
        for (name, page) in try SamplePages().all() {
            for language in PageLanguage.allCases {
                let html = renderer.html(page, in: language)
                #expect(html.contains("<html lang=\"\(language.rawValue)\">"), "\(name)")
                for tag in ["<h1>", "<main ", "<header>", "class=\"skip\""] {
                    #expect(html.components(separatedBy: tag).count == 2, "\(name) has not one \(tag)")
                }
                for input in html.components(separatedBy: "<input").dropFirst() {
                    let input = input.prefix { $0 != ">" }
                    guard !input.contains("type=\"hidden\""), !input.contains("aria-label") else { continue }
                    let id = input.components(separatedBy: " id=\"").last?.prefix { $0 != "\"" } ?? ""
                    #expect(html.contains("<label for=\"\(id)\">"), "\(name): \(id)")
                }
                #expect(!html.contains("{}") && !html.contains("{{"), "\(name) has a place without a value")
            }
        }
    }

    @Test func `an error is announced and belongs to its field`() throws {
        let form = PageForm(OwnAddress("/sign-in"), token: "t")
        let wrong = renderer.html(SignInPage(form, client: nil, problem: .wrongPair), in: .en)
        #expect(wrong.contains(#"role="alert" id="problem""#))
        #expect(wrong.components(separatedBy: #"aria-invalid="true" aria-describedby="problem""#).count == 3)
        #expect(!renderer.html(SignInPage(form, client: nil), in: .en).contains("problem"))
    }

    /// Tags with the names of their attributes, without values and without texts: read as a browser reads them.
    private func structure(_ html: String) -> [String] {
        var found: [String] = []
        var rest = html.unicodeScalars[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            var tag = ""
            var quote: Unicode.Scalar?
            while let scalar = rest.popFirst() {
                if let open = quote {
                    if scalar == open { quote = nil }
                } else if scalar == "\"" || scalar == "'" {
                    quote = scalar
                } else if scalar == ">" {
                    break
                } else {
                    tag.unicodeScalars.append(scalar)
                }
            }
            found.append(tag)
        }
        return found
    }

    @Test func `every template takes the texts of every language`() throws {
        for texts in try PageTexts.all().values { _ = try PageTemplates().library(texts) }
    }
}
