import Logging
import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(2))) struct ExpiredRowsTests {
    @Test(arguments: Engine.available)
    func `of two nodes one removes, however much there is, and the other not before it is due again`(
        _ engine: Engine
    ) async throws {
        try await engine.withDatabase { database in
            let manual = ManualClock()
            let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
            try await Schema.migrator.migrate(database, at: manual.now.value)
            let old = manual.now - .days(2)
            try await database.write { tx throws(StorageError) in
                for _ in 0..<1200 { try tx.run(.record(Event(at: old, type: .signInFailed))) }
            }
            let nodes = (0..<2).map { _ in
                ExpiredRows(
                    database: database, clock: clock, eventRetention: .days(1), logger: Logger(label: "test"))
            }
            #expect(try await nodes[0].removeWhenDue())
            #expect(try await database.once(.events(EventFilter(limit: 2000))).isEmpty)
            #expect(try await !nodes[1].removeWhenDue())
            manual.advance(by: ExpiredRows.interval)
            #expect(try await nodes[1].removeWhenDue())
        }
    }
}
