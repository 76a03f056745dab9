import Mustache

/// What a template is filled with, by name: texts, switches, parts and lists of parts. What is nil is not there.
struct PageContent: Sendable, ExpressibleByDictionaryLiteral, MustacheParent {
    private var values: [String: any Sendable] = [:]

    init(dictionaryLiteral elements: (String, (any Sendable)?)...) {
        for (name, value) in elements { values[name] = value }
    }

    subscript(name: String) -> (any Sendable)? {
        get { values[name] }
        set { values[name] = newValue }
    }

    func child(named name: String) -> Any? { values[name] }
}
