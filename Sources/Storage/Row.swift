/// One row of an answer, read strictly: a column is there with the type that was asked for, or the store is corrupt.
package struct Row: Sendable {
    private let columns: [String]
    private let values: [Value]

    /// What an engine found in a column.
    package enum Value: Sendable {
        case text(String)
        case integer(Int64)
        case bytes([UInt8])
        case null
        /// A type that no table here has, or a text that is not UTF-8.
        case foreign(StaticString)
    }

    /// - Parameters:
    ///   - columns: The names of the columns, as the statement gives them.
    ///   - values: As many values.
    package init(columns: [String], values: [Value]) {
        precondition(columns.count == values.count, "a row has a value for each column")
        self.columns = columns
        self.values = values
    }

    package func text(_ column: String) throws(StorageError) -> String {
        guard let text = try optionalText(column) else { throw mismatch(column, .null, "text") }
        return text
    }

    package func optionalText(_ column: String) throws(StorageError) -> String? {
        switch try value(column) {
        case .text(let text): return text
        case .null: return nil
        case let other: throw mismatch(column, other, "text")
        }
    }

    package func integer(_ column: String) throws(StorageError) -> Int64 {
        guard let integer = try optionalInteger(column) else { throw mismatch(column, .null, "an integer") }
        return integer
    }

    package func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        switch try value(column) {
        case .integer(let integer): return integer
        case .null: return nil
        case let other: throw mismatch(column, other, "an integer")
        }
    }

    package func bytes(_ column: String) throws(StorageError) -> [UInt8] {
        guard let bytes = try optionalBytes(column) else { throw mismatch(column, .null, "bytes") }
        return bytes
    }

    package func optionalBytes(_ column: String) throws(StorageError) -> [UInt8]? {
        switch try value(column) {
        case .bytes(let bytes): return bytes
        case .null: return nil
        case let other: throw mismatch(column, other, "bytes")
        }
    }

    /// Every value in the order of the columns, each of the type that is named for it, or null.
    func values(_ types: [SQLType]) throws(StorageError) -> [SQLValue] {
        guard types.count == values.count else { throw .corrupt(reason: "the answer has other columns than asked for") }
        var typed: [SQLValue] = []
        typed.reserveCapacity(values.count)
        for (index, type) in types.enumerated() {
            switch (values[index], type) {
            case (.text(let text), .text): typed.append(.text(text))
            case (.integer(let integer), .integer): typed.append(.integer(integer))
            case (.bytes(let bytes), .bytes): typed.append(.bytes(bytes))
            case (.null, _): typed.append(.null(type))
            case (let other, _): throw mismatch(columns[index], other, "\(type)")
            }
        }
        return typed
    }

    private func value(_ column: String) throws(StorageError) -> Value {
        guard let index = columns.firstIndex(of: column) else {
            throw .corrupt(reason: "the answer has no column \(column)")
        }
        return values[index]
    }

    private func mismatch(_ column: String, _ value: Value, _ wanted: String) -> StorageError {
        .corrupt(reason: "column \(column) holds \(value.kind) where \(wanted) belongs")
    }
}

/// Shows the columns and what kind of value each holds, never the values.
extension Row: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        "(" + zip(columns, values).map { "\($0): \($1.kind)" }.joined(separator: ", ") + ")"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Row.Value {
    fileprivate var kind: String {
        switch self {
        case .text: "text"
        case .integer: "an integer"
        case .bytes: "bytes"
        case .null: "null"
        case .foreign(let kind): "\(kind)"
        }
    }
}
