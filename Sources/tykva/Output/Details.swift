import StrictFormats

/// One thing with its properties, a line each, for people.
struct Details {
    private var lines: [(label: String, value: String)] = []

    mutating func add(_ label: String, _ value: String?) {
        lines.append((label, TerminalText.escaped(value.flatMap { $0.isEmpty ? nil : $0 } ?? "-")))
    }

    mutating func add(_ label: String, _ values: [String]) {
        add(label, values.joined(separator: " "))
    }

    var text: String {
        let width = lines.map(\.label.count).max() ?? 0
        return lines.map { $0.label + String(repeating: " ", count: width - $0.label.count + 2) + $0.value }
            .joined(separator: "\n")
    }
}

extension Console {
    /// One JSON document, a line long.
    static func print(_ value: JSONValue) throws {
        try print(TerminalText.escapedJSON(value.encodedString))
    }
}

extension Console {
    /// That something was done: a sentence, or its members as JSON.
    static func done(_ sentence: String, _ members: [(String, JSONValue)], _ options: CommonOptions) throws {
        if options.isJSON {
            try print(JSONValue.object(JSONObject(members)))
        } else {
            try print(TerminalText.escaped(sentence))
        }
    }
}
