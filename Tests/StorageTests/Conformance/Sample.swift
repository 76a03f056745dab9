import Storage
import TestSupport

/// A store with a table of every type, for the tests of this suite.
func withSample<Outcome>(
    _ engine: Engine, _ body: (any Database) async throws -> Outcome
) async throws -> Outcome {
    try await engine.withDatabase { database in
        try await database.once(.makeSample)
        return try await body(database)
    }
}

extension Statement where Answer == Void {
    static var makeSample: Self {
        Self("CREATE TABLE sample (id BIGINT NOT NULL PRIMARY KEY, words TEXT, number BIGINT, octets BYTEA)")
    }

    static func insert(_ id: Int64, _ words: String = "", number: Int64 = 0) -> Self {
        Self("INSERT INTO sample (id, words, number) VALUES (\(id), \(words), \(number))")
    }

    static func remove(_ id: Int64) -> Self {
        Self("DELETE FROM sample WHERE id = \(id)")
    }
}

extension Statement where Answer == Int64 {
    static var sampleCount: Self {
        Self("SELECT COUNT(*) AS n FROM sample") { rows throws(StorageError) in
            guard let row = rows.first else { throw .corrupt(reason: "no row") }
            return try row.integer("n")
        }
    }
}

extension Statement where Answer == [Int64] {
    static var sampleIDs: Self {
        Self("SELECT id FROM sample ORDER BY id") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.integer("id") }
        }
    }
}

extension Statement where Answer == Int64? {
    /// Sets `number` from `old` to `new`, for exactly one of any number of callers.
    static func swap(_ id: Int64, from old: Int64, to new: Int64) -> Self {
        Self("UPDATE sample SET number = \(new) WHERE id = \(id) AND number = \(old) RETURNING number") {
            rows throws(StorageError) in
            try rows.first?.integer("number")
        }
    }

    static func number(_ id: Int64) -> Self {
        Self("SELECT number FROM sample WHERE id = \(id)") { rows throws(StorageError) in
            try rows.first?.integer("number")
        }
    }
}

/// What a test's own closure throws.
extension StorageError {
    static let wanted = StorageError.conflict(reason: "the test wants it")
}
