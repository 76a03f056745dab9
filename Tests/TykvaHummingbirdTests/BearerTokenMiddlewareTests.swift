import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LiveServing
import Testing
import TykvaVerifier

@Suite struct BearerTokenMiddlewareTests {
    private let service = ProtectedService()
    private let invalid =
        #"Bearer realm="the api", error="invalid_token", error_description="The access token is not valid.""#
    private let malformed =
        #"Bearer realm="the api", error="invalid_request", "#
        + #"error_description="The Authorization header is malformed.""#

    @Test(arguments: [0, 1])
    func `a good token opens the route and is in the context`(setup: Int) async throws {
        let setup = [TestingSetup.router, .live][setup]
        try await service.application().test(setup) { client async throws in
            let token = try service.token(scope: "read")
            #expect(try await client.get("/me", token: token) == Answer(status: 200, challenge: nil, body: "u_1"))
            #expect(try await client.get("/read", token: token).status == 200)
            #expect(try await client.get("/health").body == "ok")
        }
    }

    @Test func `without a token the answer is 401, and no error is named`() async throws {
        try await service.application().test(.router) { client async throws in
            let expected = Answer(
                status: 401, challenge: #"Bearer realm="the api""#, body: "An access token is needed.\n")
            for path in ["/me", "/read", "/clerk"] { #expect(try await client.get(path) == expected) }
            // Another scheme brings no bearer token.
            for value in ["Basic dXNlcjpwYXNz", "DPoP abc", "Token abc", "Bear abc", "Negotiate"] {
                #expect(try await client.get("/me", [.authorization: value]) == expected, "\(value)")
            }
        }
    }

    @Test func `a bad token is 401 invalid_token, and every reason looks the same`() async throws {
        try await service.application().test(.router) { client async throws in
            let good = try service.token(scope: "read")
            let expected = Answer(status: 401, challenge: invalid, body: "The access token is not valid.\n")
            for token in [
                "x", "a.b.c", String(good.dropLast(8)) + "AAAAAAAA", good + "=",
                try service.token(expires: ProtectedService.now - 31),
                String(repeating: "a", count: 9000), try ProtectedService().token(),
            ] {
                #expect(try await client.get("/me", token: token) == expected)
                #expect(try await client.get("/open", token: token).status == 401)
            }
        }
    }

    @Test func `T19, two Authorization headers are refused, whatever they bring`() async throws {
        try await service.application().live { client async throws in
            let good = try service.token(scope: "read")
            for other in ["Bearer \(good)", "Basic dXNlcjpwYXNz", "Bearer x", ""] {
                for order in [["Bearer \(good)", other], [other, "Bearer \(good)"]] {
                    var headers = HTTPFields()
                    for value in order { headers.append(HTTPField(name: .authorization, value: value)) }
                    let answer = try await client.execute(uri: "/me", method: .get, headers: headers)
                    #expect(answer.status == .badRequest, "\(other)")
                    #expect(answer.headers[.wwwAuthenticate] == malformed)
                }
            }
        }
    }

    @Test func `T19, odd spellings are refused`() async throws {
        try await service.application().test(.router) { client async throws in
            let good = try service.token(scope: "read")
            for value in [
                "Bearer", "Bearer ", "Bearer  \(good)", "Bearer\t\(good)", "Bearer:\(good)", "Bearer: \(good)",
                "Bearer=\(good)", "Bearer,\(good)", "Bearer\(good)", "BearerToken \(good)",
                "Bearer \(good) x", "Bearer \(good),x", "Bearer \"\(good)\"", "Bearer token=\(good)\u{e9}",
                "Bearer \(good), Bearer \(good)", "bearer", "Bearer <\(good)>",
            ] {
                let answer = try await client.get("/me", [.authorization: value])
                #expect(answer.status == 400, "\(value.prefix(12))")
                #expect(answer.challenge == malformed)
                #expect(try await client.get("/open", [.authorization: value]).status == 400)
            }
            // RFC 9110 §11.1: the scheme's case does not count.
            for scheme in ["bearer", "BEARER"] {
                #expect(try await client.get("/me", [.authorization: "\(scheme) \(good)"]).status == 200)
            }
            for value in ["X Bearer \(good)", "\(good)"] {
                #expect(try await client.get("/me", [.authorization: value]).status == 401)
            }
        }
    }

    @Test func `T19, a token in the query, a cookie or another header is not read`() async throws {
        try await service.application().test(.router) { client async throws in
            let good = try service.token(scope: "read")
            #expect(try await client.get("/me?access_token=\(good)&token=\(good)").status == 401)
            for name in ["cookie", "x-access-token", "proxy-authorization", "x-authorization", "dpop"] {
                let field = try #require(HTTPField.Name(name))
                for value in [good, "Bearer \(good)", "access_token=\(good)"] {
                    #expect(try await client.get("/me", [field: value]).status == 401)
                }
            }
            let body = ByteBuffer(string: "access_token=\(good)")
            let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            try await client.execute(uri: "/me", method: .get, headers: headers, body: body) { response in
                #expect(response.status == .unauthorized)
            }
        }
    }

    @Test func `a route that serves strangers too still refuses a bad token`() async throws {
        try await service.application().test(.router) { client async throws in
            #expect(try await client.get("/open").body == "a stranger")
            #expect(try await client.get("/open", [.authorization: "Basic abc"]).body == "a stranger")
            #expect(try await client.get("/open", token: try service.token()).body == "u_1")
            #expect(try await client.get("/open", token: "x").status == 401)
            let missing = try await client.get("/open/me")
            #expect(
                missing
                    == Answer(
                        status: 401, challenge: #"Bearer realm="api""#, body: "An access token is needed.\n"))
            #expect(try await client.get("/open/read") == missing)
        }
    }

    @Test func `when the keys cannot be had the answer is 503, with the time to come again`() async throws {
        // Nothing listens on this port of loopback.
        let keys = KeySource.remote(jwksURL: "http://127.0.0.1:9/jwks")
        try await service.application(keys: keys).test(.router) { client async throws in
            let token = try service.token(scope: "read")
            try await client.execute(
                uri: "/read", method: .get, headers: [.authorization: "Bearer \(token)"]
            ) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.retryAfter] == "1")
                #expect(response.headers[.wwwAuthenticate] == nil)
                #expect(response.headers[.cacheControl] == "no-store")
            }
            #expect(try await client.get("/read", token: "rubbish").status == 401)
            #expect(try await client.get("/read").status == 401)
        }
    }
}
