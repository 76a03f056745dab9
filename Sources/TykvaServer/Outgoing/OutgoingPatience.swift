/// How long outgoing requests wait, besides for an answer.
struct OutgoingPatience: Sendable {
    /// For a connection.
    var connectSeconds: Int64 = 2
    /// For the next request on a connection. Servers end one that nobody uses, many after two seconds: ours is sooner.
    var idleSeconds: Int64 = 1
    /// For the rest of a short answer that nobody looks at.
    var passingOver = Duration.milliseconds(200)
    /// How much later than ours the client's own limit of an answer comes: ours has the better words.
    var spareSeconds: Int64 = 1
}
