import Mustache
import OAuth
import Synchronization

/// The templates with the texts of a language in them, parsed when the first page in it is asked for.
///
/// Most of what a page says is the same each time: a text that stands in its template is not looked up for every page.
final class PageTemplates: Sendable {
    private let libraries = Mutex<[PageLanguage: MustacheLibrary]>([:])

    /// - Throws: When a template of this build is malformed, or names a text that is not there.
    func library(_ texts: PageTexts) throws -> MustacheLibrary {
        try libraries.withLock { libraries in
            if let library = libraries[texts.language] { return library }
            let templates = try PageTemplate.allCases.map { template in
                (template.rawValue, try Markup.template(Self.filled(template.source, texts)))
            }
            let library = MustacheLibrary(templates: Dictionary(uniqueKeysWithValues: templates))
            libraries[texts.language] = library
            return library
        }
    }

    /// A template with the text itself in the place of each `{{texts.key}}`.
    private static func filled(_ source: [UInt8], _ texts: PageTexts) throws(InvalidValue) -> [UInt8] {
        let (opening, closing) = (Array("{{texts.".utf8), UInt8(ascii: "}"))
        var filled: [UInt8] = []
        filled.reserveCapacity(source.count * 2)
        var rest = source[...]
        while let byte = rest.first {
            guard byte == opening[0], rest.starts(with: opening) else {
                filled.append(byte)
                rest = rest.dropFirst()
                continue
            }
            let key = String(decoding: rest.dropFirst(opening.count).prefix { $0 != closing }, as: UTF8.self)
            guard let text = texts.known("", key), !text.utf8.contains(UInt8(ascii: "{")) else {
                throw InvalidValue("template", "there is no text \(key), or it has a place for a value")
            }
            filled += Markup.escaped(text).utf8
            rest = rest.dropFirst(opening.count + key.utf8.count + 2)
        }
        return filled
    }
}
