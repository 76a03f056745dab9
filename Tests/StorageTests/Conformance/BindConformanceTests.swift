import Storage
import TestSupport
import Testing

/// What goes into a store comes out of it, byte for byte, on every engine.
@Suite struct BindConformanceTests {
    private static let texts = [
        "", "a", "'", "''", "\"", "\\", ";", "--", "/*", "x'; DROP TABLE sample; --", "$1", "?", ":name", "%", "_",
        "0", "12", "-1e5", "0x10", "NULL", "true", "\u{1}\u{7F}", "\r\n", "é", "e\u{301}", "👩‍👩‍👧", "\u{FFFF}",
        "\u{10FFFF}", "\u{202E}abc", String(repeating: "long ", count: 20_000),
    ]
    private static let integers: [Int64] = [0, 1, -1, 2_147_483_648, -2_147_483_649, .max, .min]
    private static let byteStrings: [[UInt8]] = [
        [], [0], [0xFF], Array("12".utf8), Array("'; --".utf8), Array(0...255), [UInt8](repeating: 0, count: 100_000),
    ]

    @Test(arguments: Engine.available)
    func `values of every type come back as they were`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            var id: Int64 = 0
            for text in Self.texts {
                id += 1
                let row = try await store(id, text, nil, nil, in: database)
                #expect(Array(try row.text("words").utf8) == Array(text.utf8))
                #expect(try row.optionalInteger("number") == nil)
                #expect(try row.optionalBytes("octets") == nil)
            }
            for integer in Self.integers {
                id += 1
                let row = try await store(id, nil, integer, nil, in: database)
                #expect(try row.integer("number") == integer)
                #expect(try row.optionalText("words") == nil)
            }
            for bytes in Self.byteStrings {
                id += 1
                let row = try await store(id, nil, nil, bytes, in: database)
                #expect(try row.bytes("octets") == bytes)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `hostile text is found as data and runs nothing`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            for (id, text) in Self.texts.enumerated() {
                _ = try await store(Int64(id), text, nil, nil, in: database)
            }
            for (id, text) in Self.texts.enumerated() {
                let found = try await database.once(
                    Statement("SELECT id FROM sample WHERE words = \(text)") { rows throws(StorageError) in
                        try rows.map { row throws(StorageError) in try row.integer("id") }
                    })
                #expect(found == [Int64(id)])
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a bound null compares as null and never as a value`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            _ = try await store(1, nil, nil, nil, in: database)
            let absent: String? = nil
            let count = try await database.once(
                Statement("SELECT COUNT(*) AS n FROM sample WHERE words = \(absent)") { rows throws(StorageError) in
                    try rows[0].integer("n")
                })
            #expect(count == 0)
            let isNull = try await database.once(
                Statement("SELECT COUNT(*) AS n FROM sample WHERE \(absent) IS NULL") { rows throws(StorageError) in
                    try rows[0].integer("n")
                })
            #expect(isNull == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `text with a NUL is refused and not cut short`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            await #expect(throws: StorageError.invalidStatement(reason: "a bound text contains U+0000")) {
                _ = try await store(1, "admin\0", nil, nil, in: database)
            }
            let count = try await database.once(.sampleCount)
            #expect(count == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `many values keep their places`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            var list: SQL = "(\(Int64(0)), \("t0"))"
            for id in 1..<100 { list = "\(list), (\(id), \("t\(id)"))" }
            try await database.once(Statement("INSERT INTO sample (id, words) VALUES \(list)"))
            let rows = try await database.once(
                Statement("SELECT id, words FROM sample ORDER BY id") { $0 })
            #expect(rows.count == 100)
            for (id, row) in rows.enumerated() { #expect(try row.text("words") == "t\(id)") }
        }
    }

    @Test(arguments: Engine.available)
    func `a statement that the engine does not take says so and shows no value`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            do throws(StorageError) {
                try await database.once(Statement("SELECT nothing FROM nowhere WHERE a = \("hunter2")"))
                Issue.record("the statement ran")
            } catch {
                guard case .invalidStatement = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(!error.description.contains("hunter2"))
            }
        }
    }

    private func store(
        _ id: Int64, _ words: String?, _ number: Int64?, _ octets: [UInt8]?, in database: any Database
    ) async throws(StorageError) -> Row {
        try await database.once(
            Statement(
                """
                INSERT INTO sample (id, words, number, octets) VALUES (\(id), \(words), \(number), \(octets))
                RETURNING words, number, octets
                """
            ) { rows throws(StorageError) in
                guard let row = rows.first else { throw .corrupt(reason: "no row") }
                return row
            })
    }
}
