import HTTPTypes
import OAuth
import Secrets

/// The three cookies that the issuer sets, each 256 random bits.
///
/// The `__Host-` prefix binds them to this host and to TLS (or loopback), so that no neighbour can plant one.
/// https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2
enum BrowserCookie: String, CaseIterable, Sendable {
    /// Finds the session of the person who signed in.
    case session = "__Host-tykva-session"
    /// What tokens of forms are made for.
    case form = "__Host-tykva-form"
    /// By which a browser is known in which somebody has signed in before.
    case device = "__Host-tykva-device"

    /// The value that a browser sent.
    ///
    /// - Returns: Nil when there is none, when it has another form, and when two differ: then it is not known which is
    ///   ours.
    func value(in headers: HTTPFields) -> OneTimeValue? {
        var found: Substring.UTF8View?
        for header in headers[values: .cookie] {
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop(while: Self.isBlank)
                guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<sign].elementsEqual(rawValue.utf8)
                else { continue }
                var value = pair[pair.index(after: sign)...]
                while value.last.map(Self.isBlank) ?? false { value.removeLast() }
                if let found, !found.elementsEqual(value) { return nil }
                found = value
            }
        }
        return found.flatMap { OneTimeValue(presented: String(Substring($0))) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// A `Set-Cookie` value.
    ///
    /// - Parameter lifetime: How long a browser keeps it; until it is closed when nil.
    func setting(_ value: OneTimeValue, for lifetime: Duration? = nil) -> String {
        let age = lifetime.map { "; Max-Age=\(max(0, $0.components.seconds))" } ?? ""
        return "\(rawValue)=\(value.revealedText())\(Self.attributes)\(age)"
    }

    /// A `Set-Cookie` value that makes a browser forget it.
    var removal: String { "\(rawValue)=\(Self.attributes); Max-Age=0" }

    private static let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax"
}
