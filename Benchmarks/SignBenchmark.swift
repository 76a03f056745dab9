import Crypto
import Foundation
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

/// Making an access token beside its bare signature.
enum SignBenchmark {
    static func run(_ table: inout Table) async throws {
        let (key, _) = try await Samples.signingKey()
        let claims = try Samples.claims()
        let bare = P256.Signing.PrivateKey()
        let input = try Array(key.sign(.accessToken, claims.json()).utf8.prefix(900))
        let ours = try CPUTime.best(calls: 2000) { _ = try key.sign(.accessToken, claims.json()) }
        let signature = try CPUTime.best(calls: 2000) { _ = try bare.signature(for: input).rawRepresentation }
        table.add(
            "sign an access token (ES256)", Samples.microseconds(ours),
            bare: "bare signature \(Samples.microseconds(signature))", ratio: ours / signature, target: "–")
    }
}

/// What several benchmarks need.
enum Samples {
    static let issuer = "https://auth.example.com"

    static func microseconds(_ value: Double) -> String { String(format: "%.1f µs", value) }

    /// A key that signs, and its public half.
    static func signingKey(_ algorithm: SigningAlgorithm = .es256) async throws -> (SigningKey, PublicKey) {
        let secrets = MasterSecrets(.random())
        let life = KeyLife(publishedAt: Milliseconds(0), activeAt: Milliseconds(0))
        let row = try SigningKey.make(algorithm, life: life, secrets: secrets)
        return (try await SigningKey(row, secrets: secrets), try PublicKey(row))
    }

    /// Twelve claims, a payload of about 535 bytes, as in the comparison of libraries.
    static func claims() throws -> AccessTokenClaims {
        let roles = JSONValue.array(["reader", "accountant", "auditor"])
        guard let name = AttributeName("name"), let role = AttributeName("roles"), let client = ClientID("app"),
            let scope = Scope("openid profile orders:read orders:write"),
            let service = ServiceIdentifier("https://api.example.com"), let audience = Audience([service])
        else { throw BenchmarkError("a sample is malformed") }
        let now = Milliseconds(Int64(Date().timeIntervalSince1970 * 1000))
        let claims = try PublicClaims([(name, .string("Anna Karenina")), (role, roles)])
        let policy = ClaimPolicy(stored: [name, role])
        return AccessTokenClaims(
            issuer: try Issuer(issuer),
            subject: .user(
                .random(), .random(), .init(time: now, methods: ["pwd"]), claims: claims.allowed(by: policy)),
            audience: audience, client: client, scope: scope, issuedAt: now, expiresAt: now + .seconds(300),
            tokenID: AccessTokenID(family: FamilyID.random().key))
    }
}
