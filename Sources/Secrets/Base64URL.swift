import CSodium

enum Base64URL {
    static func encode(_ b: [UInt8]) -> String {
        var c = [CChar](repeating: 0, count: b.count * 2 + 8)
        sodium_bin2base64(&c, c.count, b, b.count, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        return String(decoding: c.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    static func decode(_ s: String) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: s.utf8.count + 1)
        var n = 0
        guard sodium_base642bin(&out, out.count, s, s.utf8.count, nil, &n, nil, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0
        else { return nil }
        return Array(out[..<n])
    }
}
