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

            Example:
              openssl genpkey -algorithm ed25519 | tykva key import -
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
            let id = try await workplace.keys().adopt(key, at: workplace.now)
            try Console.done(
                "published key \(id) (\(key.algorithm.rawValue)) as the successor",
                [("kid", .string(id.text)), ("algorithm", .string(key.algorithm.rawValue))], common)
        }
    }
}
