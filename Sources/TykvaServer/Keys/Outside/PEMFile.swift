import OAuth

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The one private key of a PEM file (RFC 7468); parameters beside it are passed over.
struct PEMFile {
    let label: String
    let der: [UInt8]

    /// - Throws: When there is no private key, more than one, or one under a passphrase.
    init(_ file: String) throws(InvalidValue) {
        var blocks: [(label: String, lines: [String])] = []
        var open: (label: String, lines: [String])?
        for line in file.split(whereSeparator: \.isNewline).map({ $0.trimmingSpaces }) {
            if let label = Self.label(line, "-----BEGIN ") {
                open = (label, [])
            } else if let label = Self.label(line, "-----END "), let block = open, block.label == label {
                blocks.append(block)
                open = nil
            } else {
                open?.lines.append(line)
            }
        }
        let keys = blocks.filter { $0.label.hasSuffix("PRIVATE KEY") }
        guard let key = keys.first else {
            throw Self.invalid("it holds no private key, and only a private one can sign")
        }
        guard keys.count == 1 else { throw Self.invalid("it holds \(keys.count) private keys; give one") }
        guard key.label != "ENCRYPTED PRIVATE KEY", !key.lines.contains(where: { $0.hasPrefix("Proc-Type:") }) else {
            throw Self.invalid("it is under a passphrase; decrypt it into a pipe, as by `openssl pkey -in FILE`")
        }
        guard let der = Data(base64Encoded: key.lines.joined()), !der.isEmpty else {
            throw Self.invalid("its PEM is broken")
        }
        label = key.label
        self.der = Array(der)
    }

    private static func label(_ line: String, _ prefix: String) -> String? {
        guard line.hasPrefix(prefix), line.hasSuffix("-----"), line.utf8.count > prefix.utf8.count + 5 else {
            return nil
        }
        return String(line.dropFirst(prefix.count).dropLast(5))
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("key", reason) }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
