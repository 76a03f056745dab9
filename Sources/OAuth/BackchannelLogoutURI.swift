/// Where a client wants to hear that somebody signed out (OIDC Back-Channel Logout §2.2): absolute, without a fragment.
///
/// https anywhere, http on a loopback host only. At most 512 bytes of printable ASCII, so it needs no JSON escapes.
package struct BackchannelLogoutURI: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 512
    package let text: String

    package init(_ text: String) throws(InvalidValue) {
        try FetchedURI.check(text, what: "back-channel logout URI", maximumBytes: Self.maximumBytes)
        self.text = text
    }

    package var description: String { text }
}
