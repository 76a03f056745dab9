import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct KeyExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints the public keys, or one of them.",
        discussion: """
            Without an id: what /.well-known/jwks.json tells, as a JWK set, or one PEM
            after another. A private key is never printed.

            Example:
              tykva key export --format pem
            """)

    /// How a key is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case jwk, pem
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The key's id, as `tykva key list` shows it.", transform: Arguments.keyID)
    var kid: KeyID?

    @Option(help: "jwk or pem.")
    var format: Format = .jwk

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let rows = try await workplace.database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
            let wanted = rows.filter { row in
                kid.map { $0 == row.id } ?? (row.life.state(at: workplace.now) != .gone)
            }
            if let kid, wanted.isEmpty { throw InvalidValue("signing key \(kid)", "there is none of this id") }
            let keys = try wanted.map { try PublicKey($0) }
            switch format {
            case .pem: try Console.write(try keys.map { try $0.pem }.joined())
            case .jwk:
                let documents = keys.map { JSONValue.object($0.jwk) }
                try Console.print(
                    kid == nil ? .object(JSONObject([("keys", .array(documents))])) : documents.first ?? .null)
            }
        }
    }
}
