import OAuth

/// Bounds of what comes in over HTTP; those of single values stand with their types.
package enum Limits {
    /// Body of a request to a protocol endpoint.
    package static let bodyBytes = 16 * 1024
    /// All header fields of a request together.
    package static let headerBytes = 16 * 1024
    package static let headerCount = 64
    /// From the opening of a connection to the end of the TLS handshake.
    package static let handshakeSeconds: Int64 = 10
    /// For a request from its head to its end; as long again for its head, from the end of the answer before or the
    /// opening of the connection; and for the taking of an answer.
    package static let requestSeconds: Int64 = 60
    /// Requests of one connection that have come and are not yet answered (RFC 9112 §9.3.2).
    package static let pipelinedRequests = 32
    /// Of a body that is still sent after its refusal: a client that does not look for an answer before it has sent
    /// everything would lose a closed connection's.
    package static let discardedBytes = 1024 * 1024
    /// Connections to the metrics at once.
    package static let metricsConnections = 16
    /// What the process opens beside connections: database, listeners, event loops, files of a moment.
    package static let otherDescriptors = 512
    /// How long a stop waits for what was accepted.
    package static let shutdownSeconds: Int64 = 30
    /// Clients kept in memory.
    package static let cachedClients = 10_000
    /// Networks, with or without a client, that are remembered as held up.
    package static let blockedNetworks = 16_384
    /// Networks whose requests are counted at once.
    package static let ratedNetworks = 65_536
    /// Records of wrong guesses in the store; the clearing keeps them at that.
    package static let guessRows = 200_000
    /// Key sets of clients, fetched and kept in memory.
    package static let cachedKeySets = 1024
    /// A document that is fetched from a client, such as its key set.
    package static let fetchedBytes = 64 * 1024
    /// For a request of our own to a client's server, from looking up its name to the end of the answer.
    package static let outgoingSeconds: Int64 = 5
    /// For a question about a leaked password: a person waits for it.
    package static let leakedPasswordSeconds: Int64 = 2
    /// A range of hashes of leaked passwords: about 1,500 lines, padding among them, and room to grow.
    package static let leakedRangeBytes = 256 * 1024
    /// How seldom it is told that leaked passwords cannot be asked for.
    package static let leakedPasswordRemark = Duration.minutes(10)
    /// For a message to a webhook: a receiver that does its work before it answers should have the time (Standard
    /// Webhooks: 15 to 30 s).
    package static let webhookSeconds: Int64 = 15
    /// Webhooks of a deployment: each has places of its own for messages under way.
    package static let webhooks = 16
    /// Messages that wait for one webhook; of more the oldest are given up.
    static let waitingForWebhook = 100_000
    /// An answer that nobody looks at is read to so many bytes, for the sake of its connection.
    static let passedOverBytes = 4096
    /// Addresses of one name that are tried.
    package static let triedAddresses = 3
    /// Names that are looked up at once.
    package static let nameLookups = 16
    /// Who waits for the answer of one of them.
    package static let waitingForName = 256
    /// Rotations remembered by the monotonic clock (docs/refresh.md, row 6).
    package static let rememberedRotations = 16_384
    /// Clients of which refreshes are counted one by one, on the days that are not written yet.
    static let countedClients = 10_000
    /// Events waiting to be written that did not need to be in a transaction; more are dropped and counted.
    package static let waitingEvents = 1024
    /// What `Retry-After` says when storage has trouble, in seconds.
    package static let storageRetrySeconds = 2
    /// The query of an authorization request, which travels through our own pages' addresses.
    package static let authorizationQueryBytes = 12 * 1024
    /// An authorization code buys its tokens within so long (RFC 6749 §4.1.2 recommends at most 10 minutes).
    package static let codeLifetime = Duration.seconds(60)
    /// From pushing a request to its first use (RFC 9126 §2.2).
    package static let pushedRequestLifetime = Duration.seconds(90)
    /// Sessions on one page of a person's, the latest first, beside the one in which it is read.
    static let shownSessions = 25
    /// Pushed requests of a public client at once, which anybody can send.
    package static let pushedRequestsOfPublicClient: Int64 = 1000
    /// Messages that are shown after a sign-in, the latest first.
    static let shownNews: Int64 = 5
    /// How long they are shown so.
    static let newsMemory = Duration.days(30)
    /// How seldom the last use of a browser session is written.
    package static let sessionTouch = Duration.minutes(1)
}
