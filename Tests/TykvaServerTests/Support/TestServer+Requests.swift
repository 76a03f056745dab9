import Foundation
import HTTPTypes
import LiveServing
import NIOCore
import StrictFormats
import Testing

/// An answer of a protocol endpoint.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String
    let json: JSONObject?

    init(_ response: LiveClient.Response) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
        json = (try? JSONValue(parsing: Array(text.utf8), limits: .document))?.objectValue
    }

    var error: String? { json?["error"]?.stringValue }
}

/// A successful answer of the token endpoint.
struct Tokens: Sendable, Equatable {
    let accessToken: String
    let refreshToken: String?
    let expiresIn: Int64
    let scope: String?

    init(_ answer: Answer) throws {
        try #require(answer.status == 200, "answer \(answer.status): \(answer.text)")
        accessToken = try #require(answer.json?["access_token"]?.stringValue)
        refreshToken = answer.json?["refresh_token"]?.stringValue
        expiresIn = try #require(answer.json?["expires_in"]?.integerValue)
        scope = answer.json?["scope"]?.stringValue
    }

    var claims: JSONObject {
        get throws {
            let payload = try #require(Base64URL.decode(accessToken.split(separator: ".")[1]))
            return try #require(JSONValue(parsing: payload, limits: .token).objectValue)
        }
    }
}

extension TestServer {
    func post(_ parameters: [(String, String)], headers: HTTPFields = [:]) async throws -> Answer {
        try await post("/token", parameters, headers: headers)
    }

    func post(
        _ path: String, _ parameters: [(String, String)], headers: HTTPFields = [:]
    ) async throws -> Answer {
        let body = parameters.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return try await post(path, raw: body, headers: headers)
    }

    func post(
        _ path: String = "/token", raw body: String, type: String = "application/x-www-form-urlencoded",
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var all = headers
        all[.contentType] = type
        return try await http.execute(uri: path, method: .post, headers: all, body: ByteBuffer(string: body)) {
            Answer($0)
        }
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await http.execute(uri: path, method: .get, headers: headers) { Answer($0) }
    }

    func signIn(
        _ name: String = "anna", password: String = TestServer.password, client: String = "app",
        with more: [(String, String)] = [], headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await post(
            [("grant_type", "password"), ("client_id", client), ("username", name), ("password", password)] + more,
            headers: headers)
    }

    func refresh(
        _ token: String?, client: String = "app", with more: [(String, String)] = [], headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await post(
            [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", try #require(token))] + more,
            headers: headers)
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    static func basic(_ id: String, _ secret: String) -> HTTPFields {
        [.authorization: "Basic " + Data("\(encoded(id)):\(encoded(secret))".utf8).base64EncodedString()]
    }
}
