import StrictFormats

/// A token taken apart: step 1 of the checks. Nothing in it is trusted yet.
///
/// RFC 7515 §7.1: three parts of canonical base64url. A payload with a dot in it fails to decode, so looking for the
/// first and the last dot is enough to count them.
package struct CompactJWS: Sendable {
    /// Bytes of the longest token: a token of ours fits 4.75 KiB without ML-DSA.
    package static let maximumBytes = 8 * 1024

    /// The same with ML-DSA-65, whose signature alone takes 4.3 KiB: a token of ours fits 8.5 KiB.
    package static let maximumPostQuantumBytes = 16 * 1024

    let bytes: [UInt8]
    package let payload: [UInt8]
    package let signature: [UInt8]
    private let headerEnd: Int
    private let payloadEnd: Int

    /// The header's text, whose encoding is not checked yet: ``decodedHeader()`` does.
    var header: ArraySlice<UInt8> { bytes[..<headerEnd] }

    /// What the signature covers (RFC 7515 §5.2, step 8).
    package var signingInput: ArraySlice<UInt8> { bytes[..<payloadEnd] }

    package init(_ text: String, maximumBytes: Int = Self.maximumBytes) throws(TokenVerificationError) {
        let count = text.utf8.count
        guard count <= maximumBytes else {
            throw TokenVerificationError(.size, "the token has \(count) bytes, more than \(maximumBytes)")
        }
        let token = Array(text.utf8)
        let dot = UInt8(ascii: ".")
        guard let headerEnd = token.firstIndex(of: dot), let payloadEnd = token.lastIndex(of: dot),
            headerEnd < payloadEnd
        else { throw TokenVerificationError(.parts, "the token has not three parts") }
        guard headerEnd > 0, headerEnd + 1 < payloadEnd, payloadEnd + 1 < token.count else {
            throw TokenVerificationError(.parts, "a part of the token is empty")
        }
        guard let payload = Base64URL.decode(token[(headerEnd + 1)..<payloadEnd]) else {
            if token[(headerEnd + 1)..<payloadEnd].contains(dot) {
                throw TokenVerificationError(.parts, "the token has more than three parts")
            }
            throw TokenVerificationError(.encoding, "the claims are not canonical base64url")
        }
        guard let signature = Base64URL.decode(token[(payloadEnd + 1)...]) else {
            throw TokenVerificationError(.encoding, "the signature is not canonical base64url")
        }
        self.bytes = token
        self.payload = payload
        self.signature = signature
        self.headerEnd = headerEnd
        self.payloadEnd = payloadEnd
    }

    package func decodedHeader() throws(TokenVerificationError) -> [UInt8] {
        guard let header = Base64URL.decode(header) else {
            throw TokenVerificationError(.encoding, "the header is not canonical base64url")
        }
        return header
    }
}
