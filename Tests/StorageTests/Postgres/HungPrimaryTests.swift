import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A primary that hangs keeps its sockets open and answers nothing, while its standby takes over.
@Suite(.serialized, .timeLimit(.minutes(15))) struct HungPrimaryTests {
    private static let connections = 2

    /// However long it takes on a busy machine: the five seconds of docs/reliability.md are tried with real processes.
    ///
    /// - Parameter rounds: How often as many commits as there are connections were sent before it hung.
    @Test(arguments: [1, 3])
    func `commits that a hung primary owes keep nobody from its successor`(_ rounds: Int) async throws {
        let course = Course()
        let old = try FakePostgres { text in
            course.isHung || (course.hasLostItsStandby && text == "COMMIT") ? .silence : .usual
        }
        defer { old.stop() }
        let new = try FakePostgres { text in
            guard text.contains("server_encoding") else { return .usual }
            let segment = course.isPromoted ? "000000020000000000000001" : ""
            return .messages(FakePostgres.Message.settings(segment: segment))
        }
        defer { new.stop() }
        let database = try await PostgresDatabase(PostgresURL(FakePostgres.url([old, new])), options: Self.options)
        try await eventually { (try? await Self.write(database)) != nil }
        course.go(to: .standbyLost)
        for _ in 0..<rounds {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.connections { group.addTask { try? await Self.write(database) } }
            }
        }
        // Whoever is slow does not come as far as to the commit.
        while database.commitsReturn() {
            try await Task.sleep(for: Self.options.commitPatience * 2)
            if database.commitsReturn() { try? await Self.write(database) }
        }
        course.go(to: .hung)
        try await eventually { !database.commitsReturn() }
        course.go(to: .promoted)
        // As a proxy asks: what only reads first, and nothing is written until the node is ready.
        try await eventually { (try? await database.dataVersion()) != nil && database.commitsReturn() }
        try await eventually { (try? await Self.write(database)) != nil }
        await database.close()
    }

    /// How far things have come.
    private final class Course: Sendable {
        enum Step: Int {
            case well, standbyLost, hung, promoted
        }

        private let step = Mutex(Step.well)

        func go(to next: Step) { step.withLock { $0 = next } }

        var hasLostItsStandby: Bool { has(.standbyLost) }
        var isHung: Bool { has(.hung) }
        var isPromoted: Bool { has(.promoted) }

        private func has(_ wanted: Step) -> Bool { step.withLock { $0.rawValue >= wanted.rawValue } }
    }

    private static var options: PostgresOptions {
        var options = PostgresOptions()
        options.connections = connections
        options.connect = .seconds(10)
        options.statement = .seconds(3)
        options.wait = .seconds(30)
        options.commitPatience = .milliseconds(200)
        return options
    }

    private static func write(_ database: PostgresDatabase) async throws {
        try await database.write { tx throws(StorageError) in
            try tx.run(Statement("UPDATE sample SET number = 1"))
        }
    }
}
