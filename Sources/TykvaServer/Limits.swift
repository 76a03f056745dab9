/// Bounds of what comes in over HTTP; those of single values stand with their types.
package enum Limits {
    /// Body of a request to a protocol endpoint.
    package static let bodyBytes = 16 * 1024
    /// All header fields of a request together.
    package static let headerBytes = 16 * 1024
    package static let headerCount = 64
    /// From the opening of a connection to the end of the TLS handshake.
    package static let handshakeSeconds: Int64 = 10
    /// From the end of one answer (or the opening of the connection) to the end of the next request.
    package static let requestSeconds: Int64 = 60
    /// How long a stop waits for what was accepted.
    package static let shutdownSeconds: Int64 = 30
    /// Clients kept in memory.
    package static let cachedClients = 10_000
    /// Rotations remembered by the monotonic clock (docs/refresh.md, row 6).
    package static let rememberedRotations = 16_384
    /// Events waiting to be written that did not need to be in a transaction; more are dropped and counted.
    package static let waitingEvents = 1024
    /// What `Retry-After` says when storage has trouble, in seconds.
    package static let storageRetrySeconds = 2
}
