import HTTPTypes

/// What the `Authorization` header of a request brings.
///
/// A token is read from this one header and from nowhere else: query, body and cookie of RFC 6750 §2.2 and §2.3 leak
/// through logs, referrers and other sites.
enum BearerCredentials: Equatable {
    case none
    case malformed
    case token(String)

    /// RFC 6750 §2.1: `Bearer`, one space, the token. The scheme's case does not count (RFC 9110 §11.1).
    init(_ headers: HTTPFields) {
        let values = headers[values: .authorization]
        guard values.count <= 1 else {
            // Whoever stands before us may have read the other one.
            self = .malformed
            return
        }
        guard let value = values.first else {
            self = .none
            return
        }
        let scheme = value.utf8.prefix { $0 != 0x20 }
        guard String(decoding: scheme, as: UTF8.self).lowercased().utf8.elementsEqual("bearer".utf8) else {
            // "Bearer:x", "Bearer\tx" and the like are meant for us and wrong; another scheme is not for us.
            let isOurs =
                value.utf8.count >= 6 && String(decoding: value.utf8.prefix(6), as: UTF8.self).lowercased() == "bearer"
            self = isOurs ? .malformed : .none
            return
        }
        let token = value.utf8.dropFirst(scheme.count + 1)
        guard !token.isEmpty, token.allSatisfy(Self.isTokenCharacter) else {
            self = .malformed
            return
        }
        self = .token(String(decoding: token, as: UTF8.self))
    }

    /// The characters of `b64token`; whether they make a token is the verifier's to say.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
