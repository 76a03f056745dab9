import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct KeyImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Publishes a private key of your own as the successor.",
        discussion: """
            PEM (PKCS #8, SEC 1, PKCS #1) or a JWK: P-256, RSA of 2048 bits or more,
            Ed25519, ML-DSA-65. It takes the place of the successor, gets an id of its
            own (RFC 7638), and signs when `key rotate` or its time comes.

            A key of another algorithm than the one that signs is a change of the
            algorithm: every service has to accept it before (`key rotate --help`).

            Example:
              openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 |
                tykva key import -
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(
        help: ArgumentHelp("What an RSA key signs with: RS256 or PS256.", valueName: "algorithm"),
        transform: Arguments.signingAlgorithm)
    var algorithm: SigningAlgorithm?

    func run() async throws {
        let bytes = try BoundedInput.bytes(file, "the key", maximumBytes: OutsideKey.maximumBytes)
        let key = try OutsideKey(bytes, for: algorithm)
        try await Workplace.open(common, .changing) { workplace in
            let adoption = try await workplace.keys().adopt(key, at: workplace.now)
            try Console.done(
                Self.sentence(adoption, key.algorithm),
                [
                    ("kid", .string(adoption.key.text)), ("algorithm", .string(key.algorithm.rawValue)),
                    ("replaced_kid", .string(adoption.replaced.text)), ("signs_at", adoption.at.json),
                    ("active_algorithm", .string(adoption.activeAlgorithm.rawValue)),
                ], common)
        }
    }

    private static func sentence(_ adoption: KeyAdministration.Adoption, _ algorithm: SigningAlgorithm) -> String {
        var sentence =
            "published key \(adoption.key) (\(algorithm.rawValue)) as the successor, "
            + "in the place of \(adoption.replaced)"
        if let at = adoption.at { sentence += "; it signs from \(at.text)" }
        if algorithm != adoption.activeAlgorithm {
            sentence +=
                "; \(adoption.activeAlgorithm.rawValue) signs until then: every service must accept "
                + "\(algorithm.rawValue) before"
        }
        return sentence
    }
}
