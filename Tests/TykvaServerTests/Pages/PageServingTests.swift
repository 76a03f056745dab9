import Foundation
import HTTPTypes
import Hummingbird
import LiveServing
import Testing

@testable import TykvaServer

@Suite(.serialized) struct PageServingTests {
    @Test func `an unknown address is a page in the reader's language, with what it is made of`() async throws {
        try await TestServer.run { server in
            let missing = try await server.http.execute(
                uri: "/nothing", method: .get, headers: [.accept: "text/html", .acceptLanguage: "ru"])
            #expect(missing.status == .notFound)
            #expect(missing.headers[.contentSecurityPolicy] == PageHeaders.policy())
            let page = String(buffer: missing.body)
            #expect(page.contains("<html lang=\"ru\">") && page.contains("<h1>Такой страницы нет</h1>"))
            let requestID = try #require(missing.headers[.requestID])
            #expect(page.contains(requestID))
            for path in page.components(separatedBy: "\"/assets/").dropFirst().map({ $0.prefix { $0 != "\"" } }) {
                let asset = try await server.http.execute(uri: "/assets/\(path)", method: .get)
                #expect(asset.status == .ok)
                #expect(
                    asset.headers[.contentType]?.hasPrefix(path.hasSuffix("css") ? "text/css" : "image/svg") == true)
                #expect(asset.headers[values: .xContentTypeOptions] == ["nosniff"])
            }
            for path in ["/assets/style.css", "/assets/%2e%2e", "/assets/"] {
                #expect(try await server.http.execute(uri: path, method: .get).status == .notFound)
            }
        }
    }
}
