import Foundation
package import OAuth
import Secrets

/// The password for the mail server. It has no text form, and is lent to libcurl only.
package final class SMTPPassword: Sendable, Redacted {
    package static let maximumBytes = 1024

    /// With a zero byte behind it, as C wants it.
    private let bytes: SecretBytes

    package init(_ text: String) throws(InvalidValue) {
        guard (1...Self.maximumBytes).contains(text.utf8.count) else {
            throw InvalidValue("mail password", "it must have 1 to \(Self.maximumBytes) bytes")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw InvalidValue("mail password", "control characters are not allowed")
        }
        bytes = SecretBytes(copying: Array(text.utf8) + [0])
    }

    func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        bytes.withUnsafeBytes { buffer in
            // There is at least the zero byte.
            guard let start = buffer.bindMemory(to: CChar.self).baseAddress else { return body("") }
            return body(start)
        }
    }

    /// Whether a text holds the password, as it is or as it travels (RFC 4616, RFC 4954).
    ///
    /// A server that repeats what it was sent must not bring it into our logs.
    func isRepeated(in text: [UInt8], user: String) -> Bool {
        let password = bytes.withUnsafeBytes { Array($0.dropLast()) }
        let plain = [0] + Array(user.utf8) + [0] + password
        let forms = [password, Array(Data(password).base64EncodedData()), Array(Data(plain).base64EncodedData())]
        return forms.contains { text.firstRange(of: $0) != nil }
    }
}
