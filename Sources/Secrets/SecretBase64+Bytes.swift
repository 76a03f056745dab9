extension SecretBase64 {
    /// The bytes of a canonical text without padding, when there are as many as allowed.
    static func bytes(
        _ text: some Collection<UInt8>, _ alphabet: Alphabet, _ counts: ClosedRange<Int>
    ) -> [UInt8]? {
        guard text.count <= counts.upperBound * 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: counts.upperBound)
        defer { Sodium.wipe(&bytes) }
        guard let count = bytes.withUnsafeMutableBytes({ decode(text, alphabet, into: $0) }), counts.contains(count)
        else { return nil }
        return Array(bytes[..<count])
    }

    /// The same of a text that may have its padding (RFC 4648 §3.2), in the standard alphabet.
    static func paddedBytes(_ text: some StringProtocol, _ counts: ClosedRange<Int>) -> [UInt8]? {
        let characters = Array(text.utf8)
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding == 0 || (padding <= 2 && characters.count % 4 == 0) else { return nil }
        return bytes(characters.dropLast(padding), .standard, counts)
    }
}
