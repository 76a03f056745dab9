import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

/// Somebody's browser at the application: keeps its cookies, and follows nothing by itself.
final class Browser {
    struct Page {
        let status: Int
        let location: String?
        let text: String
        let policy: String?
    }

    private let client: any TestClientProtocol
    private let provider: FakeProvider
    private(set) var cookies: [String: String] = [:]

    init(_ client: any TestClientProtocol, _ provider: FakeProvider) {
        self.client = client
        self.provider = provider
    }

    func get(_ uri: String) async throws -> Page { try await send(.get, uri) }

    func post(_ uri: String, origin: String? = nil, body: String = "") async throws -> Page {
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.origin] = origin
        return try await send(.post, uri, headers, body)
    }

    /// Goes to the provider; what the application asked for there.
    func leave() async throws -> [String: String] {
        let page = try await get("/sign-in")
        #expect(page.status == 303)
        let parts = try #require(page.location).split(separator: "?", maxSplits: 1)
        #expect(parts[0] == provider.issuer + "/authorize")
        return parameters(parts[1])
    }

    /// Comes back with an answer to this request, in which `change` may change something.
    func comeBack(
        _ request: [String: String], _ change: (inout [String: String]) -> Void = { _ in }
    ) async throws -> Page {
        var answer = ["code": provider.code(for: request), "iss": provider.issuer]
        answer["state"] = request["state"]
        change(&answer)
        let allowed = CharacterSet.alphanumerics
        let query = answer.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")" }
        return try await get("/callback?" + query.joined(separator: "&"))
    }

    func signIn() async throws {
        let page = try await comeBack(try await leave())
        #expect(page.status == 303)
        #expect(page.location == "/")
    }

    func isSignedIn() async throws -> Bool {
        try await get("/").text.contains("signed in as")
    }

    private func send(
        _ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], _ body: String = ""
    ) async throws -> Page {
        var headers = headers
        if !cookies.isEmpty { headers[.cookie] = cookies.map { "\($0)=\($1)" }.joined(separator: "; ") }
        let (page, set) = try await client.execute(
            uri: uri, method: method, headers: headers, body: ByteBuffer(string: body)
        ) { response in
            let page = Page(
                status: response.status.code, location: response.headers[.location],
                text: String(buffer: response.body), policy: response.headers[.contentSecurityPolicy])
            return (page, response.headers[values: .setCookie])
        }
        for cookie in set {
            for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] { #expect(cookie.contains(part)) }
            let pair = try #require(cookie.split(separator: ";").first)
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            #expect(pair[0].hasPrefix("__Host-webapp-"))
            cookies[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair[1])
        }
        return page
    }
}
