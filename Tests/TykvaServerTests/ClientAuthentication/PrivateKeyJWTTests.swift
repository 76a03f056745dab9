import Foundation
import HTTPTypes
import OAuth
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct PrivateKeyJWTTests {
    typealias Members = [String: JSONValue]

    @Test(arguments: ["ES256", "EdDSA", "RS256", "PS256"])
    func `an assertion by each algorithm proves the client`(_ algorithm: String) async throws {
        let key =
            switch algorithm {
            case "ES256": ClientKey.es256()
            case "EdDSA": ClientKey.eddsa()
            default: try ClientKey.rsa(algorithm)
            }
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let tokens = try Tokens(await server.credentials(key.assertion(at: server.clock.now)))
            #expect(try tokens.claims["sub"]?.stringValue == "keyed")
            // The alg of a key without one is what its type can do, and no more.
            let other = try key.assertion(at: server.clock.now) { header, _ in
                header["alg"] = algorithm == "RS256" ? "PS256" : "RS256"
            }
            #expect(try await server.credentials(other).error == "invalid_client")
        }
    }

    @Test func `what comes near an assertion and is none is refused, in the same words`() async throws {
        let key = ClientKey.es256()
        let stranger = ClientKey.es256()
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let now = server.clock.now
            let wrong = try await server.post(
                [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "wrong")])
            for (what, assertion) in try Self.neighbours(key, stranger, now) {
                let answer = try await server.credentials(assertion)
                #expect(answer.status == 401, "\(what)")
                #expect(answer.text == wrong.text, "\(what)")
            }
            let long = try key.assertion(at: now) { $1["pad"] = .string(String(repeating: "a", count: 6100)) }
            #expect(try await server.credentials(long).error == "invalid_request")
            _ = try Tokens(await server.credentials(key.assertion(at: now)))
        }
    }

    private static func neighbours(
        _ key: ClientKey, _ stranger: ClientKey, _ now: Milliseconds
    ) throws -> [(String, String)] {
        func changed(_ change: (inout Members, inout Members) -> Void) throws -> String {
            try key.assertion(at: now, change: change)
        }
        func claim(_ name: String, _ value: JSONValue?) throws -> String { try changed { $1[name] = value } }
        func header(_ name: String, _ value: JSONValue?) throws -> String {
            try changed { header, _ in header[name] = value }
        }
        let seconds = now.seconds
        let good = try key.assertion(at: now)
        return [
            ("another key", try stranger.assertion(at: now)), ("no signature", good.prefix { $0 != "." } + ".e30."),
            ("garbage", "x.y.z"),
            ("iss", try claim("iss", "service")), ("sub", try claim("sub", "service")),
            ("no iss", try claim("iss", nil)),
            (
                "unknown client",
                try changed {
                    $1["iss"] = "x"; $1["sub"] = "x"
                }
            ),
            (
                "secret client",
                try changed {
                    $1["iss"] = "service"; $1["sub"] = "service"
                }
            ),
            (
                "public client",
                try changed {
                    $1["iss"] = "app"; $1["sub"] = "app"
                }
            ),
            ("no aud", try claim("aud", nil)), ("aud with slash", try claim("aud", "https://auth.example.com/")),
            ("aud of another endpoint", try claim("aud", "https://auth.example.com/par")),
            ("two auds", try claim("aud", ["https://auth.example.com", "https://other.example.com"])),
            ("no auds", try claim("aud", .array([]))), ("aud as number", try claim("aud", 1)),
            ("no exp", try claim("exp", nil)), ("exp as text", try claim("exp", .string("\(seconds + 60)"))),
            ("expired", try claim("exp", .integer(seconds - 31))), ("long", try claim("exp", .integer(seconds + 3640))),
            ("huge exp", try claim("exp", .integer(.max))), ("negative", try claim("exp", .integer(-1))),
            ("nbf", try claim("nbf", .integer(seconds + 40))), ("iat", try claim("iat", .integer(seconds + 40))),
            ("iat as text", try claim("iat", "now")), ("no jti", try claim("jti", nil)),
            ("empty jti", try claim("jti", "")), ("jti as number", try claim("jti", 7)),
            ("long jti", try claim("jti", .string(String(repeating: "j", count: 257)))),
            ("alg none", try header("alg", "none")), ("alg HS256", try header("alg", "HS256")),
            ("no alg", try header("alg", nil)), ("alg in lower case", try header("alg", "es256")),
            ("alg of another type", try header("alg", "EdDSA")), ("crit", try header("crit", ["exp"])),
            ("jwk", try header("jwk", .object(JSONObject()))), ("jku", try header("jku", "https://x.example")),
            ("x5u", try header("x5u", "https://x.example")), ("x5t", try header("x5t#S256", "x")),
            ("access token", try header("typ", "at+jwt")), ("proof", try header("typ", "dpop+jwt")),
            ("kid", try header("kid", "b")), ("empty kid", try header("kid", "")),
            ("kid as number", try header("kid", 1)),
        ]
    }

    @Test func `forms of the same that are right are taken`() async throws {
        let key = ClientKey.es256()
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set(alg: "ES256")))]) { server in
            let now = server.clock.now
            let good = [
                try key.assertion(at: now) { $1["aud"] = "https://auth.example.com/token" },
                try key.assertion(at: now) { $1["aud"] = ["https://auth.example.com"] },
                try key.assertion(at: now) { header, _ in header["typ"] = "client-authentication+jwt" },
                try key.assertion(at: now) { header, _ in header["typ"] = "JWT" },
                try key.assertion(at: now) { header, _ in header["kid"] = nil },
                try key.assertion(at: now) { $1["exp"] = .integer(now.seconds - 29) },
                try key.assertion(at: now) { $1["exp"] = .integer(now.seconds + 3600) },
                try key.assertion(at: now) { $1["iat"] = .integer(now.seconds + 29) },
                try key.assertion(at: now) { $1["iat"] = nil },
                try key.assertion(at: now) { $1["jti"] = .string(String(repeating: "j", count: 256)) },
            ]
            for assertion in good { _ = try Tokens(await server.credentials(assertion)) }
            _ = try Tokens(await server.credentials(key.assertion(at: now), with: [("client_id", "keyed")]))
        }
    }

    @Test func `with several keys the kid decides, and without one nothing does`() async throws {
        let (first, second) = (ClientKey.es256(kid: "a"), ClientKey.es256(kid: "b"))
        try await TestServer.run(clients: [try TestServer.keyed(.set(first.set(with: [second])))]) { server in
            let now = server.clock.now
            for key in [first, second] { _ = try Tokens(await server.credentials(key.assertion(at: now))) }
            for kid in [nil, "b"] as [JSONValue?] {
                let assertion = try first.assertion(at: now) { header, _ in header["kid"] = kid }
                #expect(try await server.credentials(assertion).error == "invalid_client")
            }
        }
    }

    @Test func `an assertion is good once, and only its client uses it up`() async throws {
        let (key, stranger) = (ClientKey.es256(), ClientKey.es256())
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let now = server.clock.now
            #expect(try await server.credentials(stranger.assertion(at: now, jti: "1")).status == 401)
            let assertion = try key.assertion(at: now, jti: "1")
            _ = try Tokens(await server.credentials(assertion))
            #expect(try await server.credentials(assertion).error == "invalid_client")
            #expect(try await server.credentials(key.assertion(at: now, jti: "1")).error == "invalid_client")
            // As long as the first could still be presented, and no longer.
            server.clock.advance(by: .seconds(89))
            #expect(try await server.credentials(key.assertion(at: server.clock.now, jti: "1")).status == 401)
            server.clock.advance(by: .seconds(1))
            _ = try Tokens(await server.credentials(key.assertion(at: server.clock.now, jti: "1")))
        }
    }

    @Test func `each client proves itself in its own way, and in one way at a time`() async throws {
        let key = ClientKey.es256()
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let now = server.clock.now
            let grant = [("grant_type", "client_credentials")]
            for secret in ["", "x"] {
                let basic = try await server.post(grant, headers: TestServer.basic("keyed", secret))
                #expect(basic.status == 401)
                let post = try await server.post(grant + [("client_id", "keyed"), ("client_secret", secret)])
                #expect(post.status == 401)
            }
            let secret = [("client_secret", "s3cret +%"), ("client_id", "service")]
            #expect(try await server.credentials(key.assertion(at: now), with: secret).error == "invalid_request")
            let both = try await server.post(
                grant + [("client_assertion_type", TestServer.assertionType), ("client_assertion", "x")],
                headers: TestServer.basic("service", "s3cret +%"))
            #expect(both.error == "invalid_request")
            let other = try await server.credentials(key.assertion(at: now), with: [("client_id", "app")])
            #expect(other.error == "invalid_client")
            let assertion = ("client_assertion", try key.assertion(at: now))
            for type in ["x", "URN:ietf:params:oauth:client-assertion-type:jwt-bearer"] {
                #expect(try await server.post(grant + [assertion, ("client_assertion_type", type)]).status == 401)
            }
            #expect(try await server.post(grant + [assertion]).status == 401)
        }
    }

    @Test func `the other endpoints take assertions too, each with its own URL as audience`() async throws {
        let key = ClientKey.es256()
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let request = [
                ("response_type", "code"), ("redirect_uri", "https://keyed.example.com/callback"),
                ("code_challenge", RelyingParty.challenge), ("code_challenge_method", "S256"), ("scope", "openid"),
            ]
            for path in ["/revoke", "/introspect", "/par"] {
                let audiences = [TestServer.issuer, "\(TestServer.issuer)/token", TestServer.issuer + path]
                for audience in audiences + ["\(TestServer.issuer)/authorize"] {
                    let assertion = try key.assertion(at: server.clock.now) { $1["aud"] = .string(audience) }
                    let answer = try await server.post(
                        path,
                        (path == "/par" ? request : [("token", "x")]) + [
                            ("client_assertion_type", TestServer.assertionType),
                            ("client_assertion", assertion),
                        ])
                    let good = path == "/par" ? 201 : 200
                    #expect(answer.status == (audiences.contains(audience) ? good : 401), "\(path) \(audience)")
                }
            }
        }
    }

    @Test func `form-encoded Basic credentials are decoded, and post works after Basic has failed`() async throws {
        try await TestServer.run { server in
            let grant = [("grant_type", "client_credentials")]
            // x/oauth2 encodes; some libraries do not, and then a secret with % or + is another one.
            _ = try Tokens(await server.post(grant, headers: TestServer.basic("service", "s3cret +%")))
            let raw = "Basic " + Data("service:s3cret +%".utf8).base64EncodedString()
            #expect(try await server.post(grant, headers: [.authorization: raw]).status == 401)
            _ = try Tokens(
                await server.post(grant + [("client_id", "service"), ("client_secret", "s3cret +%")]))
        }
    }
}
