import OAuth
import StrictFormats

/// The texts of one language, of its file in `Texts`: the same keys in each.
struct PageTexts: Sendable {
    let language: PageLanguage
    private let texts: [String: String]

    init(_ language: PageLanguage) throws {
        let source = language == .en ? PackageResources.en_json : PackageResources.ru_json
        guard case .object(let object) = try JSONValue(parsing: source, limits: .document) else {
            throw InvalidValue("texts", "not an object")
        }
        self.language = language
        var texts: [String: String] = [:]
        for member in object.members {
            guard case .string(let text) = member.value else {
                throw InvalidValue("texts", "\(member.name) is no text")
            }
            texts[member.name] = text
        }
        self.texts = texts
    }

    static func all() throws -> [PageLanguage: PageTexts] {
        let all = try PageLanguage.allCases.map { ($0, try PageTexts($0)) }
        return Dictionary(uniqueKeysWithValues: all)
    }

    var keys: Set<String> { Set(texts.keys) }

    /// A text that may not be there: its key is made of something from outside.
    func known(_ prefix: StaticString, _ name: String) -> String? { texts[prefix.description + name] }

    subscript(key: TextKey) -> String { texts[key.rawValue] ?? key.rawValue }

    /// A text with a value in the place of its one `{}`.
    func text(_ key: TextKey, _ value: String) -> String {
        let phrase = phrase(key, value)
        return phrase.before + phrase.value + phrase.after
    }

    /// The same in pieces, for a template that sets the value off.
    func phrase(_ key: TextKey, _ value: String) -> Phrase {
        let text = self[key]
        guard let place = text.firstRange(of: "{}") else { return Phrase(before: text + " ", value: value, after: "") }
        return Phrase(before: String(text[..<place.lowerBound]), value: value, after: String(text[place.upperBound...]))
    }

    struct Phrase: Sendable {
        let before: String
        let value: String
        let after: String

        var content: PageContent { ["before": before, "value": value, "after": after] }
    }
}
