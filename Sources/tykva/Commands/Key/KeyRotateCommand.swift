import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct KeyRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Lets the successor take over before its time.",
        discussion: """
            It signs when it has been public for as long as `key_publication` says;
            with --now at once. Running servers follow within seconds. With another
            algorithm, a new successor is published first; upgrade every node and tell
            every service before, for they accept one algorithm.

            Example:
              tykva key rotate
              tykva key rotate --now
              tykva key rotate --algorithm EdDSA
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "At once: for an emergency, and for a deployment that nobody uses yet.")
    var now = false

    @Option(
        help: ArgumentHelp("What it signs with: ES256, RS256, PS256, EdDSA or ML-DSA-65.", valueName: "algorithm"),
        transform: Arguments.signingAlgorithm)
    var algorithm: SigningAlgorithm?

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let rotation = try await workplace.keys().rotate(to: algorithm, isImmediate: now, at: workplace.now)
            try Console.done(
                Self.sentence(rotation),
                [
                    ("old_kid", .string(rotation.old.text)), ("kid", .string(rotation.new.text)),
                    ("algorithm", .string(rotation.algorithm.rawValue)), ("signs_at", rotation.at.json),
                    ("done", .bool(rotation.isDone)), ("unknown_until", rotation.unknownUntil.json),
                ], common)
        }
    }

    private static func sentence(_ rotation: KeyAdministration.Rotation) -> String {
        guard rotation.isDone else {
            return "key \(rotation.new) (\(rotation.algorithm.rawValue)) signs from \(rotation.at.text), when it has "
                + "been public for long enough; a running server does it"
        }
        var sentence = "key \(rotation.new) (\(rotation.algorithm.rawValue)) signs; \(rotation.old) retires"
        if let until = rotation.unknownUntil {
            sentence +=
                "; it is new: until \(until.text) a service may refuse its tokens until it has fetched the keys again"
        }
        return sentence
    }
}
