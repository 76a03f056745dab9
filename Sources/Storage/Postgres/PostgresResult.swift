import CPostgres
import Foundation

/// What the server answered to one statement; its memory goes with the value.
struct PostgresResult: ~Copyable {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    enum Kind {
        case success
        /// An error of the server's, or libpq's own.
        case refusal
        /// What nothing asks for that this program sends: the beginning of a COPY, a part of a pipeline.
        case foreign
    }

    var kind: Kind {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .success
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE: .refusal
        default: .foreign
        }
    }

    /// Which command it was, as the server says: `COMMIT`, `UPDATE 1`.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// Whether it was a command that writes, and wrote.
    var hasChangedRows: Bool {
        guard let tag = PQcmdStatus(result), let rows = PQcmdTuples(result), rows.pointee != 0 else { return false }
        let isWriting = [UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"), UInt8(ascii: "M")]
            .contains(UInt8(bitPattern: tag.pointee))
        return isWriting && atoi(rows) != 0
    }

    var columnCount: Int { Int(PQnfields(result)) }

    /// The names of the columns: the same for every run of a statement.
    func columns() -> [String] {
        (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    }

    /// - Parameter columns: As `columns()` told, perhaps for an earlier run.
    func rows(_ columns: [String]) -> [Row] {
        let types = (0..<PQnfields(result)).map { PQftype(result, $0) }
        return (0..<PQntuples(result)).map { row in
            Row(columns: columns, values: types.indices.map { value(row, Int32($0), types[$0]) })
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) -> Row.Value {
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        switch (type, bytes.count) {
        case (17, _): return .bytes([UInt8](bytes))
        case (18, _), (19, _), (25, _), (1043, _):
            return String(validating: bytes, as: UTF8.self).map(Row.Value.text) ?? .foreign("a text that is not UTF-8")
        case (20, 8): return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case (23, 4): return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case (21, 2): return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))
        default: return .foreign("a value of a type that no table here has")
        }
    }

    /// A field of the server's error.
    func error(_ field: Character) -> String? {
        guard let code = field.asciiValue, let text = PQresultErrorField(result, Int32(code)) else { return nil }
        return String(cString: text)
    }
}
