import Foundation

/// How a body travels in lines of 76 ASCII characters (RFC 2045 §6): whichever is shorter.
///
/// In both no line begins with a dot, ends with a space or is a boundary of ours. Dots matter: libcurl 7.88 doubles
/// them (RFC 5321 §4.5.2), counts them twice against the size that it was told, and stops too early in a long message.
enum TransferEncoding: String {
    case quotedPrintable = "quoted-printable"
    case base64

    private static let columns = 76

    /// - Parameter body: Lines in UTF-8, each ended by CRLF.
    init(fitting body: [UInt8]) {
        let escaped = body.count { !Self.isLiteral($0) && $0 != 0x0D && $0 != 0x0A }
        self = body.count + 2 * escaped <= body.count / 3 * 4 ? .quotedPrintable : .base64
    }

    /// - Parameter body: Lines in UTF-8, each ended by CRLF; so does the result.
    func encode(_ body: [UInt8]) -> [UInt8] {
        switch self {
        case .quotedPrintable: Self.quotedPrintableLines(body)
        case .base64: Self.base64Lines(body)
        }
    }

    private static func base64Lines(_ body: [UInt8]) -> [UInt8] {
        let lines = Data(body).base64EncodedData(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return Array(lines) + [0x0D, 0x0A]
    }

    /// RFC 2045 §6.7.
    private static func quotedPrintableLines(_ body: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(body.count + body.count / 8)
        var column = 0
        for (index, byte) in body.enumerated() {
            if byte == 0x0D || byte == 0x0A {
                encoded.append(byte)
                column = 0
                continue
            }
            let endsLine = index + 1 == body.count || body[index + 1] == 0x0D
            let isBlank = byte == 0x20 || byte == 0x09
            let isEscaped = !isLiteral(byte) || (isBlank && endsLine)
            // A line that goes on ends with a sign of its own.
            if column + (isEscaped ? 3 : 1) > columns - (endsLine ? 0 : 1) {
                encoded += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if isEscaped || (byte == UInt8(ascii: ".") && column == 0) {
                encoded += escaped(byte)
                column += 3
            } else {
                encoded.append(byte)
                column += 1
            }
        }
        return encoded
    }

    /// What stands for itself: printable ASCII but for the sign of escapes, and blanks.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        byte == 0x09 || ((0x20...0x7E).contains(byte) && byte != UInt8(ascii: "="))
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
