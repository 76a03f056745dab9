import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct KeyRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Takes a signing key out of the key set at once: it is in other hands.",
        discussion: """
            The successor takes over where the key was the one that signs, and another
            successor is published. A key whose id begins with - is given after --.

            Example:
              tykva key revoke qPlAW5nYPLpZ2rx4bFRdRwfGyHLs0mWOPzn6gfj0y5E
              tykva key revoke --data /var/lib/tykva -- -abc
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The key's id, as `tykva key list` shows it.", transform: Arguments.keyID)
    var kid: KeyID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let revocation = try await workplace.keys().revoke(kid, at: workplace.now)
            try Console.done(
                Self.sentences(revocation),
                [
                    ("kid", .string(revocation.key.text)), ("was", .string(revocation.was.rawValue)),
                    ("signed_since", revocation.signedSince.json), ("active_kid", .string(revocation.active.text)),
                    ("successor_kid", (revocation.successor?.text).json),
                    ("believed_until", revocation.believedUntil.json), ("unknown_until", revocation.unknownUntil.json),
                ], common)
        }
    }

    private static func sentences(_ revocation: KeyAdministration.Revocation) -> String {
        var sentences = ["revoked key \(revocation.key), which was \(revocation.was.rawValue)"]
        if revocation.was == .active { sentences.append("key \(revocation.active) signs now") }
        if let algorithm = revocation.newAlgorithm {
            sentences.append(
                "it signs with another algorithm, \(algorithm.rawValue): a service that does not accept that refuses "
                    + "its tokens")
        }
        if revocation.was == .published, let successor = revocation.successor {
            sentences.append("key \(successor) is the successor now")
        }
        if let since = revocation.signedSince, revocation.was != .gone {
            sentences.append(
                "every session that got a token since \(since.text) must refresh, which its applications do by "
                    + "themselves when the token is refused; no session has ended")
            sentences.append(
                "services may believe the key until \(revocation.believedUntil.text), when their copy of the key set "
                    + "is too old; one that cannot fetch it for longer")
        }
        if let until = revocation.unknownUntil {
            sentences.append("until \(until.text) a service may not know the new key before it has fetched the keys")
        }
        return sentences.joined(separator: "; ")
    }
}
