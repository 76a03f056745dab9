import Foundation
import GRDB

/// The bare part of a sign-in that the store has: one transaction that reads a person, their device and its limits, and
/// one that writes what a sign-in writes, into tables with as many indexes as ours, in WAL mode, `synchronous=FULL`.
final class BareSignIn {
    private let folder: String
    private let queue: DatabaseQueue
    private var count = 0

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tykva-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        queue = try DatabaseQueue(path: folder + "/bare.sqlite")
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(sql: Self.tables)
            for person in 0..<100 {
                try db.execute(
                    sql: "INSERT INTO person VALUES (?, ?, 'hash', 0)", arguments: [person, "person-\(person)"])
                try db.execute(sql: "INSERT INTO device VALUES (?, ?, 0, 'agent')", arguments: [person, Self.random()])
            }
        }
    }

    func remove() {
        try? queue.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Seconds of processor time of the calling thread for one sign-in.
    func once() throws -> Double {
        count += 1
        let (person, now, cookie, event) = (count % 100, count, Self.random(), Self.random())
        return try queue.writeWithoutTransaction { db in
            let began = CPUTime.thread()
            try db.inTransaction(.deferred) {
                for sql in Self.reads { _ = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [person]) }
                return .rollback
            }
            try db.inTransaction(.immediate) {
                try db.cachedStatement(sql: "UPDATE person SET seen = ? WHERE id = ?").execute(arguments: [now, person])
                try db.cachedStatement(sql: "INSERT INTO session VALUES (?, ?, ?, ?, ?, 'address', 'agent')")
                    .execute(arguments: [event, person, cookie, now, now])
                try db.cachedStatement(sql: "INSERT INTO event VALUES (?, ?, 'signed in', ?, 'address', 'agent', ?)")
                    .execute(arguments: [event, now, person, event])
                try db.cachedStatement(sql: "UPDATE device SET seen = ? WHERE person = ?")
                    .execute(arguments: [now, person])
                return .commit
            }
            return CPUTime.thread() - began
        }
    }

    private static func random() -> Data { Data((0..<32).map { _ in UInt8.random(in: 0...255) }) }

    private static let reads = [
        "SELECT * FROM person WHERE id = ?", "SELECT * FROM device WHERE person = ?",
        "SELECT * FROM guess WHERE person = ?",
    ]

    private static let tables = """
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, hash TEXT, seen INTEGER);
        CREATE TABLE device
            (person INTEGER, hash BLOB, seen INTEGER, agent TEXT, PRIMARY KEY (person, hash)) WITHOUT ROWID;
        CREATE INDEX device_seen ON device (seen);
        CREATE TABLE guess (person INTEGER PRIMARY KEY, failures INTEGER);
        CREATE TABLE session
            (id BLOB PRIMARY KEY, person INTEGER, cookie BLOB UNIQUE, at INTEGER, expires INTEGER, address TEXT,
            agent TEXT);
        CREATE INDEX session_person ON session (person, at);
        CREATE INDEX session_expires ON session (expires);
        CREATE TABLE event
            (id BLOB PRIMARY KEY, at INTEGER, type TEXT, person INTEGER, address TEXT, agent TEXT, once BLOB UNIQUE);
        CREATE INDEX event_at ON event (at, id);
        CREATE INDEX event_person ON event (person, at);
        """
}
