import HTTPTypes

/// A language that the pages and the messages are written in.
package enum PageLanguage: String, CaseIterable, Sendable {
    case en, ru

    /// Ranges beyond this number are not looked at.
    private static let maximumRanges = 16

    /// The language of a request: what the client asks for, then what the browser prefers, then English.
    ///
    /// - Parameter uiLocales: `ui_locales` of OIDC Core §3.1.2.1: tags in order of preference, divided by spaces.
    static func of(_ headers: HTTPFields, uiLocales: String? = nil) -> PageLanguage {
        let asked = (uiLocales ?? "").split(separator: " ").prefix(maximumRanges).lazy.compactMap(Self.init(tag:)).first
        return asked ?? preferred(headers[values: .acceptLanguage].joined(separator: ",")) ?? .en
    }

    /// RFC 9110 §12.5.4: the language range with the highest weight, the first of several. A weight of 0 means never.
    private static func preferred(_ field: String) -> PageLanguage? {
        var best: (language: PageLanguage, weight: Int)?
        for item in field.split(separator: ",").prefix(maximumRanges) {
            let parts = item.split(separator: ";").map(trimmed)
            guard let tag = parts.first, let language = PageLanguage(tag: tag), let weight = weight(parts.dropFirst())
            else { continue }
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }

    /// By the primary subtag alone (RFC 5646 §2.2.1).
    private init?(tag: Substring) {
        self.init(rawValue: tag.prefix { $0 != "-" }.lowercased())
    }

    /// In thousandths (RFC 9110 §12.4.2); nil when it is malformed.
    private static func weight(_ parameters: ArraySlice<Substring>) -> Int? {
        guard let parameter = parameters.first else { return 1000 }
        guard parameter.lowercased().hasPrefix("q="), parameters.count == 1 else { return nil }
        let digits = parameter.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(digits.count), let whole = digits.first, whole == "0" || whole == "1" else { return nil }
        let fraction = digits.count == 2 ? String(digits[1]) : ""
        guard fraction.utf8.count <= 3, fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let thousandths = Int(fraction + String(repeating: "0", count: 3 - fraction.utf8.count)) ?? 0
        return whole == "1" ? (thousandths == 0 ? 1000 : nil) : thousandths
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
