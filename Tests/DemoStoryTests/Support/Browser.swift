import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What a person's browser does, as far as the story needs it: cookies, forms as they stand in a page, redirects.
final class Browser {
    private let client: HTTPClient
    let origin: String
    private(set) var cookie: String?
    private(set) var page = ""
    private(set) var headers = HTTPHeaders()
    /// The address of the last page, as the redirect named it.
    private(set) var location = "/"

    init(_ client: HTTPClient, origin: String, cookie: String? = nil) {
        self.client = client
        self.origin = origin
        self.cookie = cookie
    }

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: String
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ form: [(String, String)] = [], _ headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: origin + path)
        request.method = method
        if let cookie { request.headers.add(name: "cookie", value: "other=1; \(cookie)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if method == .POST {
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(
                ByteBuffer(string: form.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")))
        }
        let response = try await client.execute(request, timeout: .minutes(10))
        let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
        if let set = response.headers.first(name: "set-cookie") {
            cookie = set.split(separator: ";").first.map(String.init)
        }
        return Answer(status: Int(response.status.code), headers: response.headers, body: body)
    }

    func open(_ path: String = "/") async throws {
        let answer = try await send(.GET, path, [], [("sec-fetch-dest", "document")])
        #expect(answer.status == 200)
        page = answer.body
        headers = answer.headers
    }

    /// Presses the button of the form that posts to `action`, with what the page prefilled, and follows the redirect.
    func press(_ action: String, _ filled: [(String, String)] = []) async throws {
        var fields = try #require(try form(action), "the page has no form for \(action)")
        for (name, value) in filled {
            fields.removeAll { $0.0 == name }
            fields.append((name, value))
        }
        let answer = try await send(.POST, action, fields, [("origin", origin), ("sec-fetch-site", "same-origin")])
        #expect(answer.status == 303)
        location = try #require(answer.headers.first(name: "location"))
        try await open(String(location.prefix { $0 != "#" }))
    }

    /// The fields of a form with their values; nil when the page has no such form.
    func form(_ action: String) throws -> [(String, String)]? {
        guard let start = page.range(of: #"<form method="post" action="\#(action)""#),
            let end = page.range(of: "</form>", range: start.upperBound..<page.endIndex)
        else { return nil }
        let html = String(page[start.upperBound..<end.lowerBound])
        return html.matches(of: /<input [^>]*?name="([^"]*)"[^>]*>/).map { match in
            let value = String(match.output.0).firstMatch(of: /value="([^"]*)"/)?.output.1 ?? ""
            return (String(match.output.1), Self.unescaped(String(value)))
        }
    }

    /// The section of a step.
    func section(_ number: Int) throws -> String {
        let start = try #require(page.range(of: #"<section id="step-\#(number)""#))
        let end = try #require(page.range(of: "</section>", range: start.upperBound..<page.endIndex))
        return String(page[start.lowerBound..<end.lowerBound])
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private static func unescaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
            .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&amp;", with: "&")
    }
}
