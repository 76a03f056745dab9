import StrictFormats

/// A list that comes page by page: one JSON array, or one table.
struct AnswerList {
    private let isJSON: Bool
    private let empty: String
    private var count = 0

    /// - Parameter empty: What a person reads when there is nothing.
    init(_ options: CommonOptions, empty: String) {
        isJSON = options.isJSON
        self.empty = empty
    }

    mutating func print(_ values: [JSONValue], _ table: @autoclosure () -> TextTable) throws {
        guard !values.isEmpty else { return }
        if isJSON {
            for value in values {
                try Console.write((count == 0 ? "[" : ",\n") + TerminalText.escapedJSON(value.encodedString))
                count += 1
            }
        } else {
            try Console.print(table().text(isContinued: count > 0))
            count += values.count
        }
    }

    func end() throws {
        if isJSON {
            try Console.print(count == 0 ? "[]" : "]")
        } else if count == 0 {
            try Console.print(empty)
        }
    }
}
