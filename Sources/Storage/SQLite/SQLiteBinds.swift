import GRDBSQLite

/// The values of a statement while it runs: all bytes in one buffer that SQLite reads in place.
///
/// SQLite's own copies would cost an allocation a value.
enum SQLiteBinds {
    /// Binds the values for as long as `body` runs, then resets the statement: it holds neither the lock of its
    /// snapshot nor the values of its last caller.
    static func with<Outcome>(
        _ values: [SQLValue], of handle: OpaquePointer, _ body: () -> Result<Outcome, StorageError>
    ) -> Result<Outcome, StorageError> {
        let size = values.reduce(0) { $0 + $1.byteCount }
        // SQLite counts in 32 bits, and an empty value needs an address too.
        guard size < CInt.max else { return .failure(.invalidStatement(reason: "its values are too long")) }
        return withUnsafeTemporaryAllocation(byteCount: size + 1, alignment: 1) { buffer in
            defer {
                sqlite3_reset(handle)
                sqlite3_clear_bindings(handle)
            }
            var free = buffer[...]
            var index: CInt = 0
            for value in values {
                index += 1
                if let failure = bind(value, at: index, of: handle, in: &free) { return .failure(failure) }
            }
            return body()
        }
    }

    private static func bind(
        _ value: SQLValue, at index: CInt, of handle: OpaquePointer,
        in free: inout Slice<UnsafeMutableRawBufferPointer>
    ) -> StorageError? {
        let code: CInt
        switch value {
        case .text(let text):
            let copy = take(text.utf8, from: &free)
            // PostgreSQL has no text with U+0000 in it, and the engines must agree.
            if copy.contains(0) { return .invalidStatement(reason: "a bound text contains U+0000") }
            let start = copy.baseAddress?.assumingMemoryBound(to: CChar.self)
            code = sqlite3_bind_text(handle, index, start, CInt(copy.count), nil)
        case .integer(let integer):
            code = sqlite3_bind_int64(handle, index, integer)
        case .bytes(let bytes):
            let copy = take(bytes, from: &free)
            code = sqlite3_bind_blob(handle, index, copy.baseAddress, CInt(copy.count), nil)
        case .null:
            code = sqlite3_bind_null(handle, index)
        }
        return code == SQLITE_OK ? nil : .invalidStatement(reason: "SQLite does not bind value \(index): error \(code)")
    }

    /// Copies the bytes to the beginning of what is free.
    private static func take(
        _ bytes: some Collection<UInt8>, from free: inout Slice<UnsafeMutableRawBufferPointer>
    ) -> UnsafeMutableRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer(rebasing: free.prefix(bytes.count))
        copy.copyBytes(from: bytes)
        free = free.dropFirst(copy.count)
        return copy
    }
}

extension SQLValue {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .integer, .null: 0
        }
    }
}
