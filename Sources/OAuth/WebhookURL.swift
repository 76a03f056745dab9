/// Where a webhook is posted to: absolute, without a fragment, https anywhere and http on a loopback host only.
///
/// At most 512 bytes of printable ASCII. Its path and query may hold what only the receiver should know, so sentences
/// and logs show its origin alone.
package struct WebhookURL: Hashable, Sendable {
    package static let maximumBytes = 512
    package let text: String

    package init(_ text: String) throws(InvalidValue) {
        do throws(InvalidValue) {
            try FetchedURI.check(text, what: "webhook URL", maximumBytes: Self.maximumBytes)
        } catch {
            throw InvalidValue("webhook URL", error.reason)
        }
        self.text = text
    }
}
