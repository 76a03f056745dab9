/// The fixed beginnings of keys in DER whose parts have one length: what stands before and between them is always the
/// same (X.690 §10).
enum KeyEncoding {
    /// The object identifiers in the first bytes of a PKCS #8 key (RFC 5958 §2).
    enum Kind: CaseIterable {
        case ec, rsa, rsaPSS, ed25519, ed448, mlDSA44, mlDSA65, mlDSA87

        var identifier: [UInt8] {
            switch self {
            case .ec: [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
            case .rsa: [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
            case .rsaPSS: [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]
            case .ed25519: [0x06, 0x03, 0x2B, 0x65, 0x70]
            case .ed448: [0x06, 0x03, 0x2B, 0x65, 0x71]
            case .mlDSA44: mlDSA(0x11)
            case .mlDSA65: mlDSA(0x12)
            case .mlDSA87: mlDSA(0x13)
            }
        }

        private func mlDSA(_ set: UInt8) -> [UInt8] {
            [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, set]
        }
    }

    /// The kind of a PKCS #8 key; nil when it is none of these.
    static func kind(ofPKCS8 der: [UInt8]) -> Kind? {
        let head = der.prefix(32)
        return Kind.allCases.first { kind in head.indices.contains { head[$0...].starts(with: kind.identifier) } }
    }

    private static let p256: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]

    /// Whether an EC key says that it is on P-256: behind its kind in PKCS #8 (RFC 5480 §2.1.1), or as the parameters
    /// of SEC 1 (RFC 5915 §3).
    static func namesP256(_ der: [UInt8]) -> Bool {
        [Kind.ec.identifier + p256, [0xA0, 0x0A] + p256].contains { place(of: $0, in: der) != nil }
    }

    /// The uncompressed point of P-256 that comes with an EC key, where one does (RFC 5480 §2.2).
    static func point(_ der: [UInt8]) -> [UInt8]? {
        let head: [UInt8] = [0x03, 0x42, 0x00, 0x04]
        guard let place = place(of: head, in: der), place + 68 == der.count else { return nil }
        return Array(der[(place + 3)...])
    }

    private static func place(of bytes: [UInt8], in der: [UInt8]) -> Int? {
        der.indices.first { der[$0...].starts(with: bytes) }
    }

    private static let ed25519Algorithm: [UInt8] = [0x30, 0x05] + Kind.ed25519.identifier
    private static let mlDSA65Algorithm: [UInt8] = [0x30, 0x0B] + Kind.mlDSA65.identifier
    private static let seedBytes = 32

    /// What a private key is made from, and what else the file says of the key.
    struct Seed {
        let bytes: [UInt8]
        /// The first bytes of the public half that comes with it; nil where the seed comes alone.
        var publicBeginning: [UInt8]?

        /// Whether a public half is the one that came with the seed, as far as that can be told.
        func isOf(_ publicHalf: some Sequence<UInt8>) -> Bool {
            publicBeginning.map { publicHalf.starts(with: $0) } ?? true
        }
    }

    /// The seed of an Ed25519 key, without or with its public half (RFC 8410 §7).
    static func ed25519Seed(ofPKCS8 der: [UInt8]) -> Seed? {
        let octets: [UInt8] = [0x04, 0x22, 0x04, 0x20]
        if let seed = rest(of: der, after: [0x30, 0x2E, 0x02, 0x01, 0x00] + ed25519Algorithm + octets),
            seed.count == seedBytes
        {
            return Seed(bytes: seed)
        }
        guard let pair = rest(of: der, after: [0x30, 0x51, 0x02, 0x01, 0x01] + ed25519Algorithm + octets),
            pair.count == seedBytes + 3 + 32, pair[seedBytes...].starts(with: [0x81, 0x21, 0x00])
        else { return nil }
        return Seed(bytes: Array(pair.prefix(seedBytes)), publicBeginning: pair.suffix(32))
    }

    /// The seed of an ML-DSA-65 key, alone or with the expanded key (RFC 9881 §6).
    ///
    /// The expanded key and the public half both begin with 32 bytes that are a hash of the seed (FIPS 204, algorithms
    /// 6, 22 and 24).
    static func mlDSA65Seed(ofPKCS8 der: [UInt8]) -> Seed? {
        let alone: [UInt8] = [0x30, 0x34, 0x02, 0x01, 0x00] + mlDSA65Algorithm + [0x04, 0x22, 0x80, 0x20]
        if let seed = rest(of: der, after: alone), seed.count == seedBytes { return Seed(bytes: seed) }
        let both: [UInt8] =
            [0x30, 0x82, 0x0F, 0xFE, 0x02, 0x01, 0x00] + mlDSA65Algorithm
            + [0x04, 0x82, 0x0F, 0xEA, 0x30, 0x82, 0x0F, 0xE6, 0x04, 0x20]
        guard let rest = rest(of: der, after: both), rest.count == seedBytes + 4 + 4032 else { return nil }
        return Seed(bytes: Array(rest.prefix(seedBytes)), publicBeginning: Array(rest[(seedBytes + 4)...].prefix(32)))
    }

    /// SubjectPublicKeyInfo (RFC 8410 §4).
    static func spki(ed25519 key: [UInt8]) -> [UInt8] {
        [0x30, 0x2A] + ed25519Algorithm + [0x03, 0x21, 0x00] + key
    }

    /// SubjectPublicKeyInfo (RFC 9881 §4).
    static func spki(mlDSA65 key: [UInt8]) -> [UInt8] {
        [0x30, 0x82, 0x07, 0xB2] + mlDSA65Algorithm + [0x03, 0x82, 0x07, 0xA1, 0x00] + key
    }

    private static func rest(of der: [UInt8], after prefix: [UInt8]) -> [UInt8]? {
        der.starts(with: prefix) ? Array(der.dropFirst(prefix.count)) : nil
    }
}
