import Crypto
import OAuth
import Secrets
import StrictFormats

/// Says when an authorization request came to our pages, and what the person has confirmed since: an authenticated
/// addition to the request's own query, so that nothing is stored for an anonymous visitor.
struct RequestTicket: Hashable, Sendable {
    static let parameter = "tykva_ticket"
    static let lifetime = Duration.hours(1)
    let startedAt: Milliseconds
    var hasChosenAccount = false

    init(startedAt: Milliseconds) { self.startedAt = startedAt }

    /// - Parameters:
    ///   - query: The authorization request's query, as it came.
    ///   - browser: The cookie of the browser in which the request came: in another one the ticket counts for nothing.
    init?(_ text: String, query: String, browser: OneTimeValue, key: TicketKey) {
        guard let bytes = Base64URL.decode(text), bytes.count == 9 + SHA256.byteCount,
            key.isValid(bytes[9...], for: Self.covered(Array(bytes[..<9]), query, browser))
        else { return nil }
        startedAt = Milliseconds(bytes[..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) })
        hasChosenAccount = bytes[8] == 1
    }

    func text(query: String, browser: OneTimeValue, key: TicketKey) -> String {
        let bytes = withUnsafeBytes(of: startedAt.value.bigEndian, Array.init) + [hasChosenAccount ? 1 : 0]
        return Base64URL.encode(bytes + key.code(for: Self.covered(bytes, query, browser)))
    }

    /// The cookie's value has one length, so that it cannot run into the query.
    private static func covered(_ bytes: [UInt8], _ query: String, _ browser: OneTimeValue) -> [UInt8] {
        bytes + Array(browser.revealedText().utf8) + Array(query.utf8)
    }

    func isOld(at now: Milliseconds) -> Bool {
        now > startedAt + Self.lifetime
    }
}

/// The keys of tickets: the first makes them, all are accepted. See `PageKeys`.
struct TicketKey: Sendable, Redacted {
    private let keys: [SymmetricKey]

    init(_ keys: [SymmetricKey]) {
        precondition(!keys.isEmpty, "there is an active key")
        self.keys = keys
    }

    func code(for bytes: [UInt8]) -> [UInt8] { Self.code(for: bytes, keys[0]) }

    func isValid(_ code: ArraySlice<UInt8>, for bytes: [UInt8]) -> Bool {
        keys.contains { ConstantTime.equal(Self.code(for: bytes, $0), code) }
    }

    private static func code(for bytes: [UInt8], _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }
}
