/// A value on its way into a statement, with its type: also a null has one.
///
/// PostgreSQL wants the type of every parameter (`$1 IS NULL` alone has none), and SQLite turns a text that is bound
/// to a `BYTEA` column into a number when it looks like one.
package enum SQLValue: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case bytes([UInt8])
    case null(SQLType)

    package var type: SQLType {
        switch self {
        case .text: .text
        case .integer: .integer
        case .bytes: .bytes
        case .null(let type): type
        }
    }
}

/// Values are hashes, names and sealed keys: they show their type and never themselves.
extension SQLValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        if case .null(let type) = self { return "null(\(type))" }
        return "\(type)"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
