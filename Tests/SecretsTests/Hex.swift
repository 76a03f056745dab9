/// Bytes of a published vector.
func bytes(_ hex: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = hex.filter { !$0.isWhitespace }[...]
    while rest.count >= 2 {
        bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
    }
    return bytes
}
