import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer
import TykvaVerifier

struct KeyExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints the public keys, or writes them into files.",
        discussion: """
            Without an id: what /.well-known/jwks.json tells, as a JWK set, or one PEM
            after another. With --issuer the keys are fetched, and no deployment is
            needed. A private key is never printed.

            --directory is for programs that cannot fetch keys: 1.pem is the successor,
            2.pem the key that signs, 3.pem and 4.pem are those before it; where there
            are fewer, the oldest is there again. Files that stay as they are are not
            touched. When the issuer has no key of the algorithm any more, a key that
            nobody can sign with takes the place of those that were; the exit code is 1.

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

    @Option(help: ArgumentHelp("Fetch the keys of this issuer, by its metadata.", valueName: "url"))
    var issuer: String?

    @Option(
        help: ArgumentHelp("Only keys for this algorithm.", valueName: "algorithm"),
        transform: Arguments.signingAlgorithm)
    var algorithm: SigningAlgorithm?

    @Option(help: ArgumentHelp("Write 1.pem to 4.pem into this folder; with --algorithm.", valueName: "dir"))
    var directory: String?

    func validate() throws {
        guard directory == nil || (algorithm != nil && kid == nil) else {
            throw ValidationError("--directory takes the keys of one --algorithm, and no id")
        }
        guard kid == nil || algorithm == nil else {
            throw ValidationError("a key of an id has one algorithm: leave --algorithm out")
        }
        guard directory != "" else { throw ValidationError("--directory names no folder") }
    }

    func run() async throws {
        let keys = try await keys().filter { key in
            (kid == nil || key.id == kid) && (algorithm == nil || key.algorithm == algorithm)
        }
        if let kid, keys.isEmpty { throw InvalidValue("signing key \(kid)", "there is none of this id") }
        if let directory {
            try write(keys, into: directory)
        } else if format == .pem {
            try Console.write(try keys.map { try $0.pem }.joined())
        } else {
            let documents = keys.map { JSONValue.object($0.jwk) }
            try Console.print(
                kid == nil ? .object(JSONObject([("keys", .array(documents))])) : documents.first ?? .null)
        }
    }

    private func write(_ keys: [ExportedKey], into folder: String) throws {
        let files = KeyFiles(folder: folder)
        guard !keys.isEmpty else {
            guard let algorithm else { return }
            let wereThere = try files.writeNone { try PublicKeyFile.ofNobody(algorithm).pem }
            throw CommandFailure(
                "there is no key for \(algorithm.rawValue)"
                    + (wereThere ? ": a key that nobody can sign with is in the place of those that were" : ""))
        }
        let written = try files.write(try keys.map { try $0.pem })
        try Console.done(
            written.isEmpty ? "nothing has changed" : "wrote \(written.joined(separator: " "))",
            [("changed", .bool(!written.isEmpty)), ("files", .array(written.map { .string($0) }))], common)
    }

    private func keys() async throws -> [ExportedKey] {
        if let issuer { return try await Self.published(by: issuer) }
        return try await Workplace.open(common, .looking) { workplace in
            let rows = try await workplace.database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
            // Keys that have left the set are told by their id alone.
            return try rows.filter { $0.id == kid || $0.life.state(at: workplace.now) != .gone }.map { row in
                let key = try PublicKey(row)
                return ExportedKey(id: key.id, algorithm: key.algorithm, jwk: key.jwk)
            }
        }
    }

    private static func published(by issuer: String) async throws -> [ExportedKey] {
        let published: PublishedKeys
        do {
            published = try await PublishedKeys.fetch(discoveryOf: issuer)
        } catch {
            throw CommandFailure("the keys of \(issuer) cannot be had: \(error)")
        }
        return published.documents.compactMap { jwk in
            guard let id = jwk["kid"]?.stringValue.flatMap({ KeyID($0) }),
                let algorithm = jwk["alg"]?.stringValue.flatMap(SigningAlgorithm.init(rawValue:))
            else { return nil }
            return ExportedKey(id: id, algorithm: algorithm, jwk: jwk)
        }
    }
}

/// A public key on its way to other programs.
private struct ExportedKey: Sendable {
    let id: KeyID
    let algorithm: SigningAlgorithm
    let jwk: JSONObject

    var pem: String {
        get throws { try PublicKeyFile(jwk, algorithm).pem }
    }
}
