import StrictFormats

/// Reads what a careless issuer calls base64url, to show it; nothing that is trusted is read so.
enum LenientBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Takes padding, white space, both alphabets and stray bits at the end.
    static func decode(_ text: Substring) -> [UInt8]? {
        var characters: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "="), UInt8(ascii: " "), 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "+"): characters.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): characters.append(UInt8(ascii: "_"))
            default: characters.append(byte)
            }
        }
        let tail = characters.count % 4
        if tail > 1, let last = characters.last.flatMap(alphabet.firstIndex(of:)) {
            characters[characters.count - 1] = alphabet[last & (tail == 2 ? 0x30 : 0x3C)]
        }
        return Base64URL.decode(characters)
    }
}
