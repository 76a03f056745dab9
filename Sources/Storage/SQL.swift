/// A statement's text with the values that belong in it, written as one string literal.
///
/// ```swift
/// "SELECT id FROM account WHERE name = \(name) AND disabled_at IS NULL"
/// ```
/// An interpolated value is bound; it never becomes text. The text itself comes from literals alone, so a runtime
/// string cannot become SQL: there is no initialiser that takes one.
package struct SQL: Sendable {
    /// The texts and the places of the values between them, in order.
    package private(set) var pieces: [Piece]
    /// The values, in the order of their places.
    package private(set) var binds: [SQLValue]

    package enum Piece: Sendable {
        case text(StaticString)
        case bind
    }

    /// The text with `$1`, `$2`, … at the places of the values: ascending and never repeated.
    ///
    /// To SQLite `$2` is a name and takes the number of its first appearance, so only this order means the same to both
    /// engines. The numbers are given here, at the end, because fragments are put together before.
    package var text: String {
        let capacity = pieces.reduce(0) { $0 + $1.capacity }
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            var end = 0
            var number = 0
            for piece in pieces {
                switch piece {
                case .text(let literal):
                    end = literal.withUTF8Buffer { buffer[end...].initialize(fromContentsOf: $0) }
                case .bind:
                    number += 1
                    end = buffer[end...].initialize(fromContentsOf: "$\(number)".utf8)
                }
            }
            return end
        }
    }
}

extension SQL: ExpressibleByStringInterpolation {
    package init(stringLiteral value: StaticString) {
        self.init(pieces: [.text(value)], binds: [])
    }

    package init(stringInterpolation: Interpolation) {
        self = stringInterpolation.sql
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(pieces: [], binds: [])
            sql.pieces.reserveCapacity(2 * interpolationCount + 1)
            sql.binds.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            guard literal.utf8CodeUnitCount > 0 else { return }
            sql.pieces.append(.text(literal))
        }

        /// Binds the value at this place.
        package mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.pieces.append(.bind)
            sql.binds.append(value.sqlValue)
        }

        /// Binds the value, or a null of its type.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            sql.pieces.append(.bind)
            sql.binds.append(value.sqlValue)
        }

        /// Binds a value that has its type with it: one on its way from another store.
        package mutating func appendInterpolation(_ value: SQLValue) {
            sql.pieces.append(.bind)
            sql.binds.append(value)
        }

        /// Puts another piece of SQL in this place, with its own binds: for the filters of a list.
        package mutating func appendInterpolation(_ fragment: SQL) {
            sql.pieces.append(contentsOf: fragment.pieces)
            sql.binds.append(contentsOf: fragment.binds)
        }
    }
}

extension SQL {
    /// Pieces of SQL with commas between them.
    static func list(_ elements: [SQL]) -> SQL {
        var list = SQL(pieces: [], binds: [])
        for element in elements {
            if !list.pieces.isEmpty { list.pieces.append(.text(", ")) }
            list.pieces.append(contentsOf: element.pieces)
            list.binds.append(contentsOf: element.binds)
        }
        return list
    }
}

/// Shows the text, never the values.
extension SQL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { text }
    package var debugDescription: String { text }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SQL.Piece {
    /// How many bytes of text the piece takes, at most: a place is `$` and a number.
    fileprivate var capacity: Int {
        switch self {
        case .text(let literal): literal.utf8CodeUnitCount
        case .bind: 20
        }
    }
}
