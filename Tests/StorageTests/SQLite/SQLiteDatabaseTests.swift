import Foundation
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct SQLiteDatabaseTests {
    @Test func `the writer flushes every commit to the disk`() async throws {
        try await withSQLite { database, _ in
            #expect(try await database.pragma("PRAGMA synchronous", "synchronous") == 2)
            let mode = try await database.once(Statement("PRAGMA journal_mode") { $0 })
            #expect(try mode.map { try $0.text("journal_mode") } == ["wal"])
        }
    }

    @Test func `the connection waits for other programs and checks what it is given`() async throws {
        try await withSQLite { database, _ in
            let timeout = try await database.pragma("PRAGMA busy_timeout", "timeout")
            #expect(timeout == 5000)
            let settings = try await [
                database.pragma("PRAGMA foreign_keys", "foreign_keys"),
                database.pragma("PRAGMA trusted_schema", "trusted_schema"),
                database.pragma("PRAGMA cell_size_check", "cell_size_check"),
            ]
            #expect(settings == [1, 0, 1])
        }
    }

    @Test func `nobody else can read the files, those that were open to others included`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tykva.sqlite")
        let database = try await SQLiteDatabase(path: path)
        try await database.once(Statement("CREATE TABLE a (b BIGINT)"))
        try await database.once(Statement("INSERT INTO a (b) VALUES (1)"))
        let files = [path, path + "-wal", path + "-shm"]
        #expect(try files.map(mode) == [0o600, 0o600, 0o600])
        for file in files { chmod(file, 0o644) }
        let second = try await SQLiteDatabase(path: path)
        #expect(try files.map(mode) == [0o600, 0o600, 0o600])
        await second.close()
        await database.close()
    }

    @Test(arguments: [1, 15, 100, 512, 4096, 100_000])
    func `a file that is no database is refused by its name and left as it is`(size: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tykva.sqlite")
        let bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try bytes.write(to: URL(fileURLWithPath: path))
        await #expect(throws: StorageError.notADatabase(path: path)) { _ = try await SQLiteDatabase(path: path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test(arguments: [0o644, 0o660])
    func `another file's mode is left as it is, whatever its size`(mode: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("notes.txt")
        try Data(repeating: 0x61, count: 4096).write(to: URL(fileURLWithPath: path))
        chmod(path, mode_t(mode))
        await #expect(throws: StorageError.notADatabase(path: path)) { _ = try await SQLiteDatabase(path: path) }
        #expect(try self.mode(path) == mode)
    }

    @Test func `a link to nowhere makes no database there`() async throws {
        let folder = try TemporaryFolder()
        let (path, target) = (folder.file("tykva.sqlite"), folder.file("elsewhere"))
        #expect(symlink(target, path) == 0)
        let error = await failure { () async throws(StorageError) in _ = try await SQLiteDatabase(path: path) }
        #expect("\(try #require(error))".contains("\(path) is a link to nowhere"))
        #expect(access(target, F_OK) != 0)
    }

    @Test func `a folder in the place of the file is refused by its name`() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: StorageError.notADatabase(path: folder.path)) {
            _ = try await SQLiteDatabase(path: folder.path)
        }
    }

    @Test func `a missing folder is told with the path`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("missing/tykva.sqlite")
        do throws(StorageError) {
            _ = try await SQLiteDatabase(path: path)
            Issue.record("it was opened")
        } catch {
            guard case .unavailable(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains(path))
        }
    }

    @Test func `reading only makes no file and changes none`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tykva.sqlite")
        var options = SQLiteOptions()
        options.access = .readOnly
        await #expect(throws: StorageError.unavailable(reason: "there is no database at \(path)")) {
            _ = try await SQLiteDatabase(path: path, options: options)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)

        let writer = try await SQLiteDatabase(path: path)
        try await writer.once(.makeSample)
        try await writer.once(.insert(1))
        let reader = try await SQLiteDatabase(path: path, options: options)
        let ids = try await reader.read { transaction throws(StorageError) in try transaction.run(.sampleIDs) }
        #expect(ids == [1])
        await #expect(throws: StorageError.invalidStatement(reason: "\(path) was opened for reading only")) {
            try await reader.once(.insert(2))
        }
        let before = try await reader.dataVersion()
        try await writer.once(.insert(3))
        #expect(try await reader.dataVersion() != before)
        await reader.close()
        await writer.close()
    }

    @Test func `closing leaves all in one file`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tykva.sqlite")
        let database = try await SQLiteDatabase(path: path)
        try await database.once(.makeSample)
        try await database.once(.insert(1))
        _ = try await database.read { transaction throws(StorageError) in try transaction.run(.sampleIDs) }
        await database.close()
        let copy = folder.file("copy.sqlite")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let copied = try await SQLiteDatabase(path: copy)
        let ids = try await copied.once(.sampleIDs)
        #expect(ids == [1])
        await copied.close()
    }

    @Test func `what no table here stores is corrupt and not converted`() async throws {
        try await withSQLite { database, _ in
            for sql: SQL in ["SELECT 1.5 AS a", "SELECT CAST(x'FF' AS TEXT) AS a", "SELECT '1' AS a"] {
                do throws(StorageError) {
                    _ = try await database.once(
                        Statement(sql) { rows throws(StorageError) in try rows.first?.integer("a") })
                    Issue.record("it was read: \(sql)")
                } catch {
                    guard case .corrupt = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
        }
    }

    @Test func `another program that writes too long makes a write unavailable, and only for so long`() async throws {
        try await withSQLite({ $0.busyTimeout = .milliseconds(100) }) { database, path in
            try await database.once(.makeSample)
            let other = try await SQLiteDatabase(path: path)
            let step = Rendezvous()
            async let writing: Void = other.write { _ in
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            let refused = await failure { () async throws(StorageError) in try await database.once(.insert(1)) }
            step.release()
            try await writing
            guard case .unavailable(let reason) = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            #expect(reason.contains("in use"))
            try await database.once(.insert(2))
            let ids = try await other.once(.sampleIDs)
            #expect(ids == [2])
            await other.close()
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
