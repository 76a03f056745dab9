import Foundation
import HTTPTypes
import LiveServing
import NIOCore
import OAuth
import Testing

@testable import TykvaServer

/// A browser of a test: keeps cookies, reads forms, and follows nothing by itself.
final class WebBrowser {
    let server: TestServer
    private(set) var cookies: [String: String] = [:]
    private(set) var page = ""
    var headers: HTTPFields = [.userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", .accept: "text/html"]

    init(_ server: TestServer) { self.server = server }

    /// Who has another browser's cookie.
    func steal(_ name: String, from other: WebBrowser) { cookies[name] = other.cookies[name] }
    func forget(_ name: String) { cookies[name] = nil }

    @discardableResult
    func get(_ address: String) async throws -> Visit {
        take(try await server.http.execute(uri: path(address), method: .get, headers: all) { Visit($0) })
    }

    /// Sends the form on the page that was read last.
    @discardableResult
    func submit(_ fields: [String: String], to action: String? = nil, with more: HTTPFields = [:]) async throws -> Visit
    {
        let target = try action ?? #require(formAction(), "there is no form on the page")
        var pairs = fields
        if fields["form"] == nil { pairs["form"] = formToken() }
        let body = pairs.sorted { $0.key < $1.key }.map { "\(TestServer.encoded($0))=\(TestServer.encoded($1))" }
            .joined(separator: "&")
        var headers = all
        headers[.contentType] = "application/x-www-form-urlencoded"
        for field in more { headers[field.name] = field.value }
        return take(
            try await server.http.execute(
                uri: path(target), method: .post, headers: headers, body: ByteBuffer(string: body)
            ) { Visit($0) })
    }

    /// Goes on from a redirect while it leads to our own pages.
    func follow(_ visit: Visit) async throws -> Visit {
        var visit = visit
        var steps = 0
        while let location = visit.location, location.hasPrefix("/") || location.hasPrefix(TestServer.issuer) {
            steps += 1
            try #require(steps < 10, "redirected for ever")
            visit = try await get(location)
        }
        return visit
    }

    func signIn(_ name: String = "anna", password: String = TestServer.password) async throws -> Visit {
        try await submit(["username": name, "password": password])
    }

    func formAction(_ number: Int = 0) -> String? {
        let parts = page.components(separatedBy: " action=\"").dropFirst()
        guard parts.count > number else { return nil }
        let part = parts[parts.startIndex + number]
        return part.components(separatedBy: "\"").first?.replacingOccurrences(of: "&amp;", with: "&")
    }

    /// The token of the form that leads somewhere, or of the first.
    func formToken(_ action: String? = nil) -> String? {
        var text = page
        if let action {
            guard let start = text.range(of: "action=\"\(action)") else { return nil }
            text = String(text[start.upperBound...])
        }
        return text.components(separatedBy: "name=\"form\" value=\"").dropFirst().first?
            .components(separatedBy: "\"").first
    }

    private var all: HTTPFields {
        var all = headers
        if !cookies.isEmpty {
            all[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; ")
        }
        return all
    }

    private func path(_ address: String) -> String {
        address.hasPrefix(TestServer.issuer) ? String(address.dropFirst(TestServer.issuer.count)) : address
    }

    private func take(_ visit: Visit) -> Visit {
        for cookie in visit.setCookies {
            let pair = cookie.components(separatedBy: ";")[0].components(separatedBy: "=")
            cookies[pair[0]] = cookie.contains("Max-Age=0") ? nil : pair.dropFirst().joined(separator: "=")
        }
        if visit.status != 303 { page = visit.text }
        return visit
    }
}

/// One answer to a browser.
struct Visit: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: LiveClient.Response) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    var location: String? { headers[.location] }
    var setCookies: [String] { headers[values: .setCookie] }

    /// A parameter of the address that it leads to.
    func parameter(_ name: String) -> String? {
        location.flatMap(URLComponents.init(string:))?.queryItems?.first { $0.name == name }?.value
    }
}
