/// base64url without padding, in its one canonical form.
///
/// RFC 7515 §2 takes the alphabet of RFC 4648 §5 and drops padding, line breaks and white space. A decoder that also
/// takes padding, the other alphabet or stray trailing bits gives one signature several spellings, and a cache or a
/// revocation list keyed by the text then misses.
/// https://www.rfc-editor.org/rfc/rfc7515.html#section-2
package enum Base64URL {
    /// The text of some bytes.
    package static func encode(_ bytes: Span<UInt8>) -> String {
        let count = encodedCount(bytes.count)
        return String(unsafeUninitializedCapacity: count) { text in
            encode(bytes) { index, character in text[index] = character }
            return count
        }
    }

    /// The text of some bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        encode(bytes.span)
    }

    /// The text of any sequence of bytes, for example a digest.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        encode(Array(bytes))
    }

    /// Appends the text of some bytes to `output`, for callers that put a token together in one buffer.
    package static func encode(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: encodedCount(bytes.count)))
        var target = output.mutableSpan
        encode(bytes) { index, character in target[start + index] = character }
    }

    /// How many characters `count` bytes become.
    package static func encodedCount(_ count: Int) -> Int {
        count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
    }

    /// The bytes of a canonical text, or nil when it is anything else.
    ///
    /// The empty text is the canonical form of no bytes.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let tail = text.count % 4
        guard tail != 1 else { return nil }
        let whole = text.count - tail
        // An invalid character is 0xFF in the table, so one OR over all values finds any.
        var seen: UInt8 = 0
        let values = values
        let count = text.count / 4 * 3 + (tail == 0 ? 0 : tail - 1)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            var index = 0
            var end = 0
            while index < whole {
                let first = values[Int(text[index])]
                let second = values[Int(text[index + 1])]
                let third = values[Int(text[index + 2])]
                let fourth = values[Int(text[index + 3])]
                seen |= first | second | third | fourth
                output[end] = first << 2 | second >> 4
                output[end + 1] = second << 4 | third >> 2
                output[end + 2] = third << 6 | fourth
                index += 4
                end += 3
            }
            if tail > 0 {
                let first = values[Int(text[whole])]
                let second = values[Int(text[whole + 1])]
                let third = tail == 3 ? values[Int(text[whole + 2])] : 0
                seen |= first | second | third
                output[end] = first << 2 | second >> 4
                if tail == 3 { output[end + 1] = second << 4 | third >> 2 }
                // Bits that belong to no byte must be zero, or one value would have several spellings.
                if (tail == 2 ? second << 4 : third << 6) != 0 { seen = 0xFF }
            }
            initialized = count
        }
        return seen & 0x80 == 0 ? bytes : nil
    }

    /// The bytes of a canonical text, or nil when it is anything else.
    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        decode(text.span)
    }

    /// The bytes of a canonical text, or nil when it is anything else.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        decode(text.span)
    }

    /// The bytes of a canonical text, or nil when it is anything else.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// Writes each character of the text of `bytes` at its place, in ascending order.
    private static func encode(_ bytes: Span<UInt8>, write: (Int, UInt8) -> Void) {
        let alphabet = alphabet
        var index = 0
        var end = 0
        while index + 2 < bytes.count {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            write(end, alphabet[Int(group >> 18)])
            write(end + 1, alphabet[Int(group >> 12 & 63)])
            write(end + 2, alphabet[Int(group >> 6 & 63)])
            write(end + 3, alphabet[Int(group & 63)])
            index += 3
            end += 4
        }
        switch bytes.count - index {
        case 1:
            write(end, alphabet[Int(bytes[index] >> 2)])
            write(end + 1, alphabet[Int(bytes[index] << 4 & 63)])
        case 2:
            let group = UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
            write(end, alphabet[Int(group >> 10)])
            write(end + 1, alphabet[Int(group >> 4 & 63)])
            write(end + 2, alphabet[Int(group << 2 & 63)])
        default:
            break
        }
    }

    /// RFC 4648 §5, table 2.
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The alphabet turned round: 0…63, and 0xFF for what is not in it.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
