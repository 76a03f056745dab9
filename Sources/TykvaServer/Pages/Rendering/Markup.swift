package import Mustache

/// Escapes texts for HTML, scalar by scalar.
///
/// The library's own way goes by characters, and to it a quotation mark with an accent on it is another character than
/// a quotation mark: a text could leave the attribute that it stands in. A browser's parser goes by code points.
/// https://html.spec.whatwg.org/multipage/parsing.html#attribute-value-(double-quoted)-state
package struct Markup: MustacheContentType {
    private static let name = "TYKVA_MARKUP"

    private init() {}

    /// A template whose values are escaped so.
    package static func template(_ source: [UInt8]) throws -> MustacheTemplate {
        // Named at the head of each template: the library goes back to its own escaping where a template begins.
        MustacheContentTypes.register(Markup(), named: name)
        return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(name)}}\n\(String(decoding: source, as: UTF8.self))")
    }

    package func escapeText(_ text: String) -> String { Self.escaped(text) }

    static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            case 0: escaped += "\u{FFFD}".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
