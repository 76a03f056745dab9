import Foundation
import GRDB

/// The bare part of a durable refresh: one one-row `UPDATE … RETURNING` in its own WAL transaction, `synchronous=FULL`.
enum BareUpdate {
    /// Microseconds of processor time each, alone and with 64 sharing a commit.
    static func measure() throws -> (alone: Double, shared: Double) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tykva-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let queue = try DatabaseQueue(path: folder + "/bare.sqlite")
        return try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(sql: "CREATE TABLE row (id INTEGER PRIMARY KEY, n INTEGER, at INTEGER)")
            for id in 0..<1000 { try db.execute(sql: "INSERT INTO row VALUES (?, 0, 0)", arguments: [id]) }
            let update = try db.cachedStatement(
                sql: "UPDATE row SET n = n + 1, at = ? WHERE id = ? AND n >= 0 RETURNING n, at")
            var id = 0
            func once() throws {
                id = (id + 1) % 1000
                _ = try Row.fetchAll(update, arguments: [id, id])
            }
            let alone = try CPUTime.best(rounds: 5, calls: 500) {
                try db.inTransaction {
                    try once(); return .commit
                }
            }
            let shared = try CPUTime.best(rounds: 5, calls: 20) {
                try db.inTransaction {
                    for _ in 0..<64 { try once() }
                    return .commit
                }
            }
            return (alone, shared / 64)
        }
    }
}
