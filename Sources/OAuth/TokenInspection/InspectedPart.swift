package import StrictFormats

/// The header or the claims of a token, as far as they can be shown.
package struct InspectedPart: Sendable {
    /// Nil when the part is not base64url of one JSON object without duplicate members.
    package let value: JSONObject?
    /// What the part says, for showing when `value` is nil: control characters are replaced, and the length is bounded.
    package let text: String?
    /// What keeps a strict reader from taking the part; nil when nothing does.
    package let fault: String?

    private static let limits = JSONLimits(bytes: TokenInspection.maximumBytes, depth: 64, members: 1_024)

    init(encoded: Substring) {
        var faults: [String] = []
        var decoded = Base64URL.decode(encoded)
        if decoded == nil {
            decoded = LenientBase64.decode(encoded)
            faults.append(decoded == nil ? "it is not base64url" : "it is not canonical base64url without padding")
        }
        guard let decoded else {
            (value, text, fault) = (nil, nil, faults.joined(separator: "; "))
            return
        }
        var value: JSONObject?
        do {
            value = try JSONValue(parsing: decoded, limits: Self.limits).objectValue
            if value == nil { faults.append("its JSON is not an object") }
        } catch {
            faults.append("\(error)")
        }
        self.value = value
        text = value == nil ? ShownText.of(String(decoding: decoded, as: UTF8.self)) : nil
        fault = faults.isEmpty ? nil : faults.joined(separator: "; ")
    }
}
