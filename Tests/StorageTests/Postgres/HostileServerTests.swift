import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Servers that answer otherwise than PostgreSQL does: a connection ends in time, without harm.
@Suite(.serialized, .timeLimit(.minutes(15))) struct HostileServerTests {
    private typealias Message = FakePostgres.Message

    private static let one: SQL = "SELECT 1 AS n"

    @Test(arguments: ["H", "G", "W"])
    func `a COPY that nobody asked for breaks the connection`(_ kind: Character) throws {
        try connected(answering: .bytes(Message.make(kind, [0, 0, 0]))) { connection, _ in
            #expect(throws: StorageError.self) { try connection.run(Self.one, .reading, before: .now + .testPatience) }
            #expect(connection.isBroken)
        }
    }

    @Test func `results without end are given up at the deadline`() throws {
        try connected(answering: .endless(Message.done("SELECT 0"))) { connection, _ in
            #expect(throws: StorageError.self) { try connection.run(Self.one, .reading, before: .now + .seconds(2)) }
            #expect(connection.isBroken)
        }
    }

    @Test func `an answer has a bound, before any deadline`() throws {
        let (header, row) = Message.parts([("n", String(repeating: "x", count: 1 << 16))])
        try connected(answering: .endless(row, after: header)) { connection, _ in
            let error = #expect(throws: StorageError.self) {
                try connection.run(Self.one, .reading, before: .now + .testPatience)
            }
            #expect(error?.description.contains("without end") == true)
            #expect(connection.isBroken)
        }
    }

    @Test func `a server that talks while nothing is asked of it is not asked anything`() throws {
        let remark = Message.parameter("application_name", String(repeating: "x", count: 1 << 20))
        try connected(answering: .endless(Message.ready + remark)) { connection, _ in
            _ = try? connection.run(Self.one, .reading, before: .now + .testPatience)
            // What it says may not have come yet.
            #expect(Self.isReached { connection.hasHungUp() })
        }
    }

    @Test func `a statement that suddenly has other columns is corrupt, and no crash`() throws {
        let count = Mutex(0)
        let fake = try FakePostgres { text in
            guard text.contains("AS n") else { return .usual }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            let one = (name: "n", value: Int64(1) as any Sendable)
            return .messages(Message.row(isFirst ? [one] : [one, one]))
        }
        defer { fake.stop() }
        let connection = try PostgresConnection(PostgresURL(fake.url()), .patient)
        #expect(try connection.run(Self.one, .reading, before: .now + .testPatience).count == 1)
        let error = #expect(throws: StorageError.self) {
            try connection.run(Self.one, .reading, before: .now + .testPatience)
        }
        guard case .corrupt = error else { Issue.record("\(String(describing: error))"); return }
        #expect(connection.isBroken)
    }

    @Test func `a COMMIT that was none is told as one`() throws {
        for (tag, isKnown) in [("ROLLBACK", true), ("SELECT 1", false), ("", false)] {
            try connected(answering: .messages(Message.done(tag))) { connection, _ in
                let error = #expect(throws: StorageError.self) {
                    try connection.commit(.committing, before: .now + .testPatience)
                }
                switch error {
                case .unavailable: #expect(isKnown)
                case .unknownOutcome: #expect(!isKnown)
                default: Issue.record("\(String(describing: error))")
                }
                #expect(connection.isBroken)
            }
        }
    }

    @Test(arguments: ["", "26000", "42P05", "0A000"])
    func `an error that says the connection is none of ours breaks it`(_ state: String) throws {
        try connected(answering: .messages(Message.refusal(state))) { connection, _ in
            let error = #expect(throws: StorageError.self) {
                try connection.run(Self.one, .reading, before: .now + .testPatience)
            }
            guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
            #expect(connection.isBroken)
        }
    }

    /// A standby may have been named since the connection was made: nobody knows which commit waits for one.
    @Test func `what is given up is cancelled, but never what may have come to a commit`() throws {
        for (purpose, isCancelled) in [(PostgresPurpose.writing, true), (.deciding, false), (.committing, false)] {
            let isSilent = Mutex(false)
            let fake = try FakePostgres { text in
                (text.contains("AS n") || text == "COMMIT") && isSilent.withLock { $0 } ? .silence : .usual
            }
            defer { fake.stop() }
            let connection = try PostgresConnection(PostgresURL(fake.url()), .patient)
            // What is prepared needs no more than to be sent.
            _ = try connection.run(Self.one, .reading, before: .now + .testPatience)
            isSilent.withLock { $0 = true }
            let deadline = ContinuousClock.now + .seconds(1)
            let error = #expect(throws: StorageError.self) {
                if purpose == .committing {
                    try connection.commit(purpose, before: deadline)
                } else {
                    _ = try connection.run(Self.one, purpose, before: deadline)
                }
            }
            if isCancelled { #expect(Self.isReached { fake.cancellations == 1 }, "\(purpose)") }
            #expect(fake.cancellations == (isCancelled ? 1 : 0), "\(purpose)")
            let isOpen = error?.description.contains("waits for a synchronous standby")
            #expect(isOpen == purpose.commits, "\(purpose)")
        }
    }

    @Test(arguments: [("on", true), ("remote_apply", true), ("local", false), ("off", false)])
    func `commits that wait for no disk, or for no standby that there may be, are refused`(
        _ commit: String, _ isTaken: Bool
    ) throws {
        let fake = try FakePostgres { text in
            text.contains("server_encoding") ? .messages(Message.settings(commit: commit)) : .usual
        }
        defer { fake.stop() }
        let url = try PostgresURL(fake.url())
        do throws(StorageError) {
            _ = try PostgresConnection(url, .patient)
            #expect(isTaken)
        } catch {
            #expect(!isTaken && error.description.contains("synchronous_commit"), "\(error)")
        }
    }

    @Test func `a second try has no longer than the first has left`() async throws {
        let texts = Mutex<[String]>([])
        let count = Mutex(0)
        let fake = try FakePostgres { text in
            texts.withLock { $0.append(text) }
            guard text.hasPrefix("UPDATE") else { return .usual }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            guard isFirst else { return .usual }
            Thread.sleep(forTimeInterval: 1)
            return .messages(Message.refusal("40P01"))
        }
        defer { fake.stop() }
        let database = try await PostgresDatabase(PostgresURL(fake.url()), options: .patient)
        try await database.once(Statement("UPDATE sample SET number = 1"))
        await database.close()
        let begun = try #require(texts.withLock { $0.last { $0.contains("READ COMMITTED") } })
        let bound = try #require(begun.firstMatch(of: /lock_timeout=([0-9]+)/)).output.1
        // Of ten minutes, less the second that the first has taken: four fifths.
        #expect(try #require(Int(bound)) <= 479_200, "\(begun)")
        #expect(texts.withLock { $0.last } == "COMMIT")
    }

    @Test func `a statement has the same name on every connection, and no other has it`() throws {
        let fake = try FakePostgres { _ in .usual }
        defer { fake.stop() }
        var names: [[String]] = []
        for texts in [[Self.one, "SELECT 2 AS n"], ["SELECT 2 AS n", Self.one]] as [[SQL]] {
            let before = fake.names.count
            let connection = try PostgresConnection(PostgresURL(fake.url()), .patient)
            for text in texts { _ = try connection.run(text, .reading, before: .now + .testPatience) }
            names.append(Array(fake.names[before...]))
        }
        #expect(Set(names[0]) == Set(names[1]) && Set(names[0]).count == names[0].count)
        #expect(names[0].suffix(2) == names[1].suffix(2).reversed())
    }

    @Test func `what is one statement too many is not prepared, and done all the same`() throws {
        let fake = try FakePostgres { _ in .usual }
        defer { fake.stop() }
        let connection = try PostgresConnection(PostgresURL(fake.url()), .patient)
        for count in 1...PostgresConnection.preparedLimit + 3 {
            let text: SQL = "SELECT \(SQL.list(Array(repeating: "1", count: count))) AS n"
            #expect(try connection.run(text, .reading, before: .now + .testPatience).count == 1)
        }
        #expect(fake.names.count == PostgresConnection.preparedLimit)
        // What was prepared stays so.
        #expect(try connection.run("SELECT 1 AS n", .reading, before: .now + .testPatience).count == 1)
        #expect(!connection.isBroken)
    }

    @Test(arguments: [true, false])
    func `behind a pooler the timeline is read again`(_ isPrepared: Bool) throws {
        let timeline = Mutex(1)
        let fake = try FakePostgres { text in
            guard text.contains("pg_walfile_name") else { return .usual }
            let segment = "0000000\(timeline.withLock { $0 })0000000000000001"
            guard text.contains("server_encoding") else { return .messages(Message.row([("segment", segment)])) }
            return .messages(Message.settings(segment: segment))
        }
        defer { fake.stop() }
        let url = try PostgresURL(fake.url(isPrepared ? "" : "&prepared=off"))
        let connection = try PostgresConnection(url, .patient)
        let transaction = PostgresTransaction(on: connection, .writing, before: .now + .testPatience)
        #expect(try transaction.timeline == 0)
        timeline.withLock { $0 = 7 }
        #expect(try transaction.timeline == (isPrepared ? 0 : 6))
    }

    /// Waits for what another thread does: ten minutes.
    private static func isReached(_ condition: () -> Bool) -> Bool {
        for _ in 0..<60_000 {
            if condition() { return true }
            usleep(10_000)
        }
        return false
    }

    /// A connection to a server that is usual at first, and answers statements of tests and COMMIT so.
    private func connected(
        answering answer: FakePostgres.Answer, _ body: (PostgresConnection, FakePostgres) throws -> Void
    ) throws {
        let fake = try FakePostgres { text in text.contains("AS n") || text == "COMMIT" ? answer : .usual }
        defer { fake.stop() }
        try body(try PostgresConnection(PostgresURL(fake.url()), .patient), fake)
    }
}
