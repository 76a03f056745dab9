/// The address of a caller, as numbers; the empty text where it is not known (a local socket, a test).
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    package static let unknown = NetworkAddress(unchecked: "", bytes: [])

    package let text: String
    /// Four bytes, sixteen, or none.
    package let bytes: [UInt8]

    private init(unchecked text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }

    /// An IPv4 address in dotted decimal, or an IPv6 address (RFC 4291 §2.2). An IPv4-mapped one is taken as IPv4.
    package init?(_ text: String) {
        if let four = Self.ipv4(text[...]) {
            self.init(four: four)
        } else if let sixteen = Self.ipv6(text) {
            self.init(sixteen: sixteen)
        } else {
            return nil
        }
    }

    /// What the store holds: the text of an address, or the empty text.
    package init(stored: String) { self = Self(stored) ?? .unknown }

    package var description: String { text }

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3), or ::1 (RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }

    /// The network an address belongs to: /24 of IPv4, /48 of IPv6.
    package var network: [UInt8] { bytes.count == 4 ? Array(bytes.prefix(3)) : Array(bytes.prefix(6)) }

    private init(four: [UInt8]) {
        self.init(unchecked: "\(four[0]).\(four[1]).\(four[2]).\(four[3])", bytes: four)
    }

    private init(sixteen: [UInt8]) {
        if sixteen.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            self.init(four: Array(sixteen.suffix(4)))
            return
        }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(sixteen[$0]) << 8 | UInt16(sixteen[$0 + 1]) }
        self.init(unchecked: Self.canonical(groups), bytes: sixteen)
    }

    /// RFC 5952 §4: lower case, no leading zeros, the longest run of zero groups (two or more) as `::`.
    private static func canonical(_ groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        func join(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard longest.count >= 2 else { return join(groups[...]) }
        return join(groups[..<longest.lowerBound]) + "::" + join(groups[longest.upperBound...])
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        guard (7...15).contains(text.utf8.count) else { return nil }
        var bytes: [UInt8] = []
        var digits = 0
        var number = 0
        // A number ends with its dot, and the last one with the text.
        func takesNumber() -> Bool {
            guard digits > 0, number <= 255 else { return false }
            bytes.append(UInt8(number))
            (digits, number) = (0, 0)
            return true
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."): guard bytes.count < 3, takesNumber() else { return nil }
            case 0x30...0x39:
                guard digits == 0 || number > 0, digits < 3 else { return nil }
                number = number * 10 + Int(byte - 0x30)
                digits += 1
            default: return nil
            }
        }
        return bytes.count == 3 && takesNumber() ? bytes : nil
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 45, text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        guard let gap = text.firstRange(of: "::") else {
            guard let bytes = groups(text[...], mayEndInIPv4: true), bytes.count == 16 else { return nil }
            return bytes
        }
        guard !text[gap.upperBound...].hasPrefix(":"),
            let head = groups(text[..<gap.lowerBound], mayEndInIPv4: false),
            let tail = groups(text[gap.upperBound...], mayEndInIPv4: true), head.count + tail.count <= 14
        else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Only the last 32 bits of an address may be written as IPv4 (RFC 4291 §2.2).
    private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let four = ipv4(part) {
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimalDigit),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }
}

private func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
}
