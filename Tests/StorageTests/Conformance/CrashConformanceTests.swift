import Foundation
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct CrashConformanceTests {
    /// How many acknowledged rows the test waits for before it kills the writer.
    private static let acknowledged = [1, 40, 400]

    @Test(arguments: Engine.available, acknowledged)
    func `every acknowledged row is there after the writer was killed`(_ engine: Engine, _ count: Int) async throws {
        try await engine.withStore { store in
            let database = try await store.open()
            try await database.once(Statement("CREATE TABLE crash (id BIGINT NOT NULL PRIMARY KEY)"))
            await database.close()

            let rows = try await killedWriter(store, after: count)
            #expect(rows.count >= count)

            let reopened = try await store.open()
            let stored = try await reopened.once(
                Statement("SELECT id FROM crash") { rows throws(StorageError) in
                    Set(try rows.map { row throws(StorageError) in try row.integer("id") })
                })
            #expect(rows.subtracting(stored).isEmpty)
            // What was not acknowledged is at most what its eight writers had under way.
            #expect(stored.count <= rows.count + 8)
            await reopened.close()
        }
    }

    /// Starts the writer and kills it once it has acknowledged `count` rows.
    ///
    /// - Returns: All rows that it has acknowledged.
    private func killedWriter(_ store: TestStore, after count: Int) async throws -> Set<Int64> {
        let folder = try TestSupport.TemporaryFolder()
        let output = folder.file("output")
        let writer = try ChildProcess(
            [try BuildProducts.executable("crash-writer"), store.engine.rawValue, store.location], output: output)
        var text: Data { get throws { try Data(contentsOf: URL(filePath: output)) } }
        while writer.isRunning, try text.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            try await Task.sleep(for: .milliseconds(1))
        }
        writer.stop(SIGKILL)
        #expect(try await writer.ended() == .signalled(SIGKILL))
        // The last line may be cut short.
        let lines = try String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return Set(lines.dropLast().compactMap { Int64($0) })
    }
}
