import CPostgres

/// What the server answered to one statement; its memory goes with the value.
struct PostgresResult: ~Copyable {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var isSuccess: Bool {
        let status = PQresultStatus(result)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY
    }

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
