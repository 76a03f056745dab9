import CSodium

/// Base64 whose time does not depend on the characters, from and into memory that is wiped (libsodium's).
///
/// `Base64URL` is for what is public; this is for the few texts that are secret themselves.
enum SecretBase64 {
    /// RFC 4648, both without padding.
    enum Alphabet {
        case standard
        case url

        fileprivate var variant: Int32 {
            switch self {
            case .standard: sodium_base64_VARIANT_ORIGINAL_NO_PADDING
            case .url: sodium_base64_VARIANT_URLSAFE_NO_PADDING
            }
        }
    }

    static func encode(_ bytes: borrowing SecretBytes, _ alphabet: Alphabet) -> String {
        bytes.withUnsafeBytes { bytes in
            let capacity = sodium_base64_encoded_len(bytes.count, alphabet.variant)
            return String(unsafeUninitializedCapacity: capacity) { text in
                guard let start = text.baseAddress else { return 0 }
                let source = bytes.bindMemory(to: UInt8.self).baseAddress
                return start.withMemoryRebound(to: CChar.self, capacity: capacity) { characters in
                    guard sodium_bin2base64(characters, capacity, source, bytes.count, alphabet.variant) != nil else {
                        return 0
                    }
                    return capacity - 1  // the zero byte at the end
                }
            }
        }
    }

    /// - Returns: How many bytes were written, or nil when the text is not canonical base64 or does not fit.
    static func decode(
        _ text: some Collection<UInt8>, _ alphabet: Alphabet, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        // libsodium 1.0.18 takes some bytes above ASCII for letters.
        guard text.allSatisfy({ $0 < 0x80 }) else { return nil }
        var text = text.map(CChar.init(bitPattern:))
        defer { text.withUnsafeMutableBytes(Sodium.wipe) }
        guard let start = buffer.bindMemory(to: UInt8.self).baseAddress else { return text.isEmpty ? 0 : nil }
        var count = 0
        let code = sodium_base642bin(start, buffer.count, text, text.count, nil, &count, nil, alphabet.variant)
        return code == 0 ? count : nil
    }
}
