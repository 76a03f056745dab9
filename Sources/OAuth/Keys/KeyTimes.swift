/// How long a signing key is in each of its states.
package struct KeyTimes: Hashable, Sendable {
    /// How long a verifier may keep the key set before it asks again: what the set's `Cache-Control` says.
    package static let keySetMaxAge: Duration = .seconds(300)
    /// How late a node notices what another one wrote.
    package static let nodePoll: Duration = .seconds(5)
    /// How long a node goes on by what it last read of the keys, when storage does not answer it.
    package static let trust: Duration = .seconds(60)
    /// How long a node serves the key set that it last read, when storage does not answer it.
    package static let servingTrust: Duration = .seconds(240)
    /// How long a verifier that keeps to `max-age` may believe a key that was revoked: a node that is cut off serves it
    /// for a while, with the whole `max-age` as long as it trusts what it read.
    package static let disbelief = trust + keySetMaxAge
    /// From looking whether that is so to a signature: the longest request.
    package static let signing: Duration = .seconds(60)
    /// How far the clock of a node or of a verifier may be from the true time.
    package static let skew: Duration = .seconds(60)
    /// How long after its expiry a verifier may still take a token.
    package static let verifierTolerance: Duration = .seconds(120)
    /// No token of ours lives longer, whatever the settings say: an access token and the ID token beside it.
    package static let longestToken: Duration = .hours(1)

    /// The least time between publishing a key and signing with it: every verifier that keeps to `max-age` has it then.
    package static let leastPublication = keySetMaxAge + keySetMaxAge + nodePoll + skew + skew

    /// How long a key stays in the set after the last node should have stopped signing with it.
    ///
    /// Four clocks take part: of the node that wrote the end, of one that signed, of one that serves the set and of the
    /// verifier.
    package static let retirement =
        trust + signing + longestToken + verifierTolerance + skew + skew + skew + skew

    package static let rotationBounds: ClosedRange<Duration> = .days(1) ... .days(3650)
    package static let publicationBounds: ClosedRange<Duration> = leastPublication ... .days(30)
    package static let standard = KeyTimes()

    /// How long a key signs before its successor takes over.
    package let rotation: Duration
    /// How long a successor is public before a scheduled rotation: relying parties poll hourly and slower.
    package let publication: Duration

    private init() {
        rotation = .days(30)
        publication = .hours(24)
    }

    /// - Throws: When a span is out of its bounds.
    package init(rotation: Duration = .days(30), publication: Duration = .hours(24)) throws(InvalidValue) {
        guard Self.rotationBounds.contains(rotation) else {
            throw InvalidValue("key rotation", "it must be 1 to 3650 days")
        }
        guard Self.publicationBounds.contains(publication) else {
            throw InvalidValue("key publication", "it must be \(Self.leastPublication.components.seconds) s to 30 days")
        }
        self.rotation = rotation
        self.publication = publication
    }
}
