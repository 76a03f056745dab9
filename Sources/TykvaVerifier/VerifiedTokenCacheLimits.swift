/// How much a verifier remembers of the tokens that it has checked.
public struct VerifiedTokenCacheLimits: Sendable, Hashable {
    let entries: Int
    let bytes: Int

    /// - Parameters:
    ///   - entries: Tokens remembered at most, at least 1.
    ///   - bytes: Bytes that they and their claims take at most, at least 64 KiB.
    public init(entries: Int = 10_000, bytes: Int = 16 * 1024 * 1024) {
        self.entries = max(1, entries)
        self.bytes = max(64 * 1024, bytes)
    }
}
