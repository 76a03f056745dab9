/// How long outgoing requests wait for what.
package struct OutgoingPatience: Sendable {
    /// For an answer, where nothing else is said.
    package var answerSeconds = Limits.outgoingSeconds
    /// For a connection.
    package var connectSeconds: Int64 = 2
    /// For the next request on a connection. Servers end one that nobody uses, many after two seconds: ours is sooner.
    package var idleSeconds: Int64 = 1
    /// For the rest of a short answer that nobody looks at.
    package var passingOver = Duration.milliseconds(200)
    /// How much later than ours the client's own limit of an answer comes: ours has the better words.
    package var spareSeconds: Int64 = 1

    package init() {}
}
