import ArgumentParser
import Foundation
import Logging
import OAuth
import StrictFormats
import TykvaVerifier

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks an access token as a service would.",
        discussion: """
            Exit code 0 and the claims as JSON when every check passes, or 1 and the
            precise reason.

            Example:
              tykva verify token.txt --issuer https://auth.example.com \\
                --audience https://orders.example.com --algorithm ES256
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A file with the token, or - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("What iss must be; its keys are found by its metadata.", valueName: "url"))
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "A file with the issuer's key set, instead of fetching it. Without --issuer, any iss is taken.",
            valueName: "file"))
    var jwks: String?

    @Option(help: ArgumentHelp("What aud must contain: the service's own identifier.", valueName: "uri"))
    var audience: String

    @Option(
        help: ArgumentHelp("What alg must be: ES256, RS256, PS256, EdDSA or ML-DSA-65.", valueName: "alg"),
        transform: Self.algorithm)
    var algorithm: TokenAlgorithm

    @Option(
        name: .customLong("at"), help: ArgumentHelp("Check as of this time instead of now.", valueName: "time"),
        transform: Instant.parse)
    var instant: Milliseconds?

    func validate() throws {
        guard issuer != nil || jwks != nil else { throw ValidationError("give --issuer URL or --jwks FILE") }
    }

    func run() async throws {
        // What a service would log on the way is not part of the answer.
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        let token = try BoundedInput.token(file)
        let verifier = try verifier(token)
        let verified: VerifiedToken
        do {
            verified = try await verifier.verify(token)
        } catch {
            throw CommandFailure("the token is refused: \(error)")
        }
        // The verifier has read these bytes strictly, so they are JSON.
        try Console.print(TerminalText.escapedJSON(String(decoding: verified.payload, as: UTF8.self)))
    }

    private func verifier(_ token: String) throws -> TokenVerifier {
        let now = instant.map { Date(timeIntervalSince1970: Double($0.value) / 1000) }
        let keys = try jwks.map { KeySource.fixed(try Self.keySet($0)) } ?? .discovery
        do {
            return try TokenVerifier(
                issuer: issuer ?? Self.ownIssuer(token), audience: audience, algorithm: algorithm, keys: keys,
                now: { now ?? Date() })
        } catch {
            throw CommandFailure("this cannot be checked: \(error)", .usage)
        }
    }

    private static func keySet(_ path: String) throws -> JWKSet {
        let bytes = try BoundedInput.bytes(path, "the key set", maximumBytes: 262_144)
        do {
            return try JWKSet(json: bytes)
        } catch {
            throw CommandFailure("the key set in \(path) is refused: \(error)")
        }
    }

    /// With a key set of the operator's own choice, whoever signs with it is the issuer: `iss` says who that is.
    private static func ownIssuer(_ token: String) -> String {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(String(parts[1])),
            let claims = try? JSONValue(parsing: bytes, limits: .token).objectValue,
            let issuer = claims["iss"]?.stringValue, !issuer.isEmpty
        else { return "(none)" }
        return issuer
    }

    @Sendable private static func algorithm(_ text: String) throws -> TokenAlgorithm {
        guard let algorithm = TokenAlgorithm(name: text) else {
            let names = TokenAlgorithm.all.map(\.name).joined(separator: ", ")
            throw InvalidValue("algorithm", "it must be one of \(names)")
        }
        return algorithm
    }
}
