import Crypto
import HTTPTypes
import LiveServing
import OAuth
import Secrets
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// The metadata says what the server does, no more and no less: each value it names is tried, and its neighbours too.
@Suite(.serialized) struct MetadataTruthTests {
    private let portal = RelyingParty.trusted

    private static func metadata(_ server: TestServer) async throws -> JSONObject {
        let openID = try await server.get("/.well-known/openid-configuration")
        let oauth = try await server.get("/.well-known/oauth-authorization-server")
        #expect(openID.text == oauth.text)
        return try #require(openID.json)
    }

    private static func list(_ metadata: JSONObject, _ name: String) throws -> [String] {
        try #require(metadata[name]?.stringArrayValue, "\(name)")
    }

    @Test func `every address that is named answers its methods`() async throws {
        try await TestServer.runSingleSignOn { server in
            let metadata = try await Self.metadata(server)
            let methods: [String: [HTTPRequest.Method]] = [
                "authorization_endpoint": [.get, .post], "pushed_authorization_request_endpoint": [.post],
                "token_endpoint": [.post], "userinfo_endpoint": [.get, .post], "revocation_endpoint": [.post],
                "introspection_endpoint": [.post], "end_session_endpoint": [.get, .post], "jwks_uri": [.get],
            ]
            let named = metadata.names.filter { $0.hasSuffix("_endpoint") || $0.hasSuffix("_uri") }
            #expect(Set(named) == Set(methods.keys))
            #expect(metadata["issuer"]?.stringValue == TestServer.issuer)
            for (name, methods) in methods {
                let address = try #require(metadata[name]?.stringValue)
                try #require(address.hasPrefix(TestServer.issuer + "/"), "\(name)")
                let path = String(address.dropFirst(TestServer.issuer.count))
                for method in methods {
                    let status = try await server.http.execute(uri: path, method: method) { $0.status.code }
                    #expect(![404, 405, 500, 503].contains(status), "\(method) \(path): \(status)")
                }
                for method in [HTTPRequest.Method.put, .delete] {
                    let status = try await server.http.execute(uri: path, method: method) { $0.status.code }
                    #expect([404, 405].contains(status), "\(method) \(path): \(status)")
                }
            }
        }
    }

    @Test func `the grants that are named are known, and others are not`() async throws {
        try await TestServer.runSingleSignOn { server in
            let named = try Self.list(try await Self.metadata(server), "grant_types_supported")
            let others = [
                "implicit", "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ]
            for grant in named + others {
                let answer = try await server.post([("grant_type", grant), ("client_id", "app")])
                #expect((answer.error == "unsupported_grant_type") == others.contains(grant), "\(grant)")
            }
        }
    }

    @Test func `each way of client authentication that is named works where it is named`() async throws {
        let key = ClientKey.es256()
        try await TestServer.run(clients: [try TestServer.keyed(.set(key.set()))]) { server in
            let metadata = try await Self.metadata(server)
            for (name, path) in [("token", "/token"), ("revocation", "/revoke"), ("introspection", "/introspect")] {
                let named = try Self.list(metadata, "\(name)_endpoint_auth_methods_supported")
                let secret = ("client_secret", "s3cret +%")
                let assertion = try key.assertion(at: server.clock.now)
                let ways: [String: ([(String, String)], HTTPFields)] = [
                    "client_secret_basic": ([], TestServer.basic("service", "s3cret +%")),
                    "client_secret_post": ([("client_id", "service"), secret], [:]),
                    "private_key_jwt": (
                        [("client_assertion_type", TestServer.assertionType), ("client_assertion", assertion)], [:]
                    ),
                    "none": ([("client_id", "app")], [:]),
                ]
                for (way, (form, headers)) in ways {
                    let body = [("token", "x"), ("grant_type", "refresh_token"), ("refresh_token", "x")] + form
                    let answer = try await server.post(path, body, headers: headers)
                    #expect((answer.error != "invalid_client") == named.contains(way), "\(way) at \(path)")
                }
                #expect(Set(named).isSubset(of: ways.keys))
            }
        }
    }

    @Test func `each algorithm of assertions that is named is taken, and no other`() async throws {
        try await TestServer.run { server in
            let metadata = try await Self.metadata(server)
            for name in ["token", "revocation", "introspection"] {
                let named = try Self.list(metadata, "\(name)_endpoint_auth_signing_alg_values_supported")
                for algorithm in named + ["none", "HS256", "ES384", "RS512", "ML-DSA-65"] {
                    let key = ClientKey.es256()
                    let text = try key.assertion(at: server.clock.now) { header, _ in
                        header["alg"] = .string(algorithm)
                    }
                    #expect(((try? ClientAssertion(text)) != nil) == named.contains(algorithm), "\(algorithm)")
                }
            }
        }
    }

    @Test func `of authorization requests, what is named is taken, and its neighbours are refused`() async throws {
        try await TestServer.runSingleSignOn { server in
            let metadata = try await Self.metadata(server)
            let (browser, _) = try await portal.signedIn(server)
            let neighbours = [
                ("response_types_supported", "response_type", ["token", "id_token", "code id_token", "none"]),
                ("response_modes_supported", "response_mode", ["fragment", "query.jwt", "web_message"]),
                ("code_challenge_methods_supported", "code_challenge_method", ["plain", "s256"]),
                ("prompt_values_supported", "prompt", ["create", "Login"]),
            ]
            for (list, parameter, others) in neighbours {
                let named = try Self.list(metadata, list)
                for value in named + others {
                    let visit = try await browser.get(portal.address([parameter: value]))
                    let isRefused = visit.status >= 400 || visit.parameter("error") != nil
                    #expect(isRefused == others.contains(value), "\(parameter)=\(value): \(visit.status)")
                }
            }
            for (name, parameter) in [("request", "request"), ("request_uri", "request_uri")] {
                #expect(metadata["\(name)_parameter_supported"]?.boolValue == false)
                let visit = try await browser.get(portal.address([parameter: "x"]))
                #expect(visit.parameter("error")?.hasPrefix("\(name)_not_supported") == true || visit.status >= 400)
            }
            let code = try await browser.get(portal.address())
            #expect(metadata["authorization_response_iss_parameter_supported"]?.boolValue == true)
            #expect(code.parameter("iss") == TestServer.issuer)
        }
    }

    @Test func `tokens are as the metadata says`() async throws {
        try await TestServer.runSingleSignOn { server in
            let metadata = try await Self.metadata(server)
            let scope = "openid profile email"
            let (_, answer) = try await portal.signedIn(server, ["scope": scope, "acr_values": "urn:x"])
            let scopes = try Self.list(metadata, "scopes_supported")
            #expect(scope.split(separator: " ").allSatisfy { scopes.contains(String($0)) })
            let algorithms = try ["id_token", "access_token"].map {
                try Self.list(metadata, "\($0)_signing_alg_values_supported")
            }
            for (token, named) in zip(["id_token", "access_token"], algorithms) {
                let parts = try #require(answer.json?[token]?.stringValue, "\(answer.text)").split(separator: ".")
                let header = try JSONValue(parsing: #require(Base64URL.decode(parts[0])), limits: .token).objectValue
                #expect(header?["alg"]?.stringValue.map { named == [$0] } == true, "\(token)")
                guard token == "id_token" else { continue }
                let claims = try JSONValue(parsing: #require(Base64URL.decode(parts[1])), limits: .token).objectValue
                let supported = try Self.list(metadata, "claims_supported")
                for claim in claims?.names ?? [] { #expect(supported.contains(claim), "\(claim)") }
                let classes = try Self.list(metadata, "acr_values_supported")
                #expect(claims?["acr"]?.stringValue.map(classes.contains) == true)
            }
        }
    }
}
