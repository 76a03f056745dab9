/// Why a document is not a usable set of keys (RFC 7517). It says nothing of the keys' contents.
public struct JWKSetError: Error, Sendable, CustomStringConvertible {
    /// One sentence for the log.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
