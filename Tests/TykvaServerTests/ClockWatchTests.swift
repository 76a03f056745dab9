import Logging
import OAuth
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct ClockWatchTests {
    @Test(arguments: [Int64(-40_000), -25_000, 0, 25_000, 40_000])
    func `a clock that is off by less than 30 s follows the store's, and by more it is not relied on`(
        _ error: Int64
    ) async {
        let manual = ManualClock()
        let clock = DeploymentClock(
            wall: { manual.now + .milliseconds(error) }, monotonic: { manual.monotonic })
        let database = AskedDatabase { manual.now.value }
        #expect(await ClockWatch(database, clock: clock, logger: Logger(label: "test")).measure())
        #expect(clock.isTrusted == (abs(error) < 30_000))
        #expect(clock.now() == manual.now)
    }

    @Test func `without a clock of the store's the machine's is the reference`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let clock = DeploymentClock(wall: { SystemTime.wall() }, monotonic: { SystemTime.monotonic() })
            #expect(await ClockWatch(database, clock: clock, logger: Logger(label: "test")).measure())
            #expect(clock.isTrusted && clock.reference == .machine)
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgres })
    func `PostgreSQL tells the time of its machine`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let before = SystemTime.wall().value
            let told = try #require(try await database.clock())
            // It is rounded to milliseconds, up or down.
            #expect((before - 1...SystemTime.wall().value + 1).contains(told))
        }
    }

    @Test func `a look that is too long ago is not relied on, and time goes on from it`() {
        let manual = ManualClock()
        let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
        clock.set(.store(Self.reading(manual, ahead: .seconds(7))))
        #expect(clock.now() == manual.now + .seconds(7))
        clock.set(.unknown)
        #expect(!clock.isTrusted)
        manual.advance(by: .seconds(1))
        #expect(clock.now() == manual.now + .seconds(7))
    }

    @Test func `a store that hangs is asked once, and what was known before holds for a minute`() async {
        let manual = ManualClock()
        let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
        clock.set(.store(Self.reading(manual, ahead: .seconds(2))))
        let measured = manual.monotonic
        let hanging = AskedDatabase {
            manual.advance(by: .seconds(10))
            return nil
        }
        let watch = ClockWatch(hanging, clock: clock, logger: Logger(label: "test"))
        manual.advance(by: .seconds(45))
        #expect(await watch.look(lastAt: measured) == measured)
        #expect(hanging.questions == 1)
        #expect(clock.isTrusted)
        // It begins within the minute, and ends after it.
        #expect(await watch.look(lastAt: measured) == measured)
        #expect(!clock.isTrusted)
    }

    @Test(arguments: [Int64(-3600), -61, -30, 30, 61, 3600])
    func `a step of this machine's clock moves nothing where the store has one`(_ seconds: Int64) {
        let manual = ManualClock()
        let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
        let start = manual.now
        clock.set(.store(Self.reading(manual, ahead: .seconds(2))))
        #expect(clock.now() == start + .seconds(2))
        manual.step(by: .seconds(seconds))
        #expect(clock.now() == start + .seconds(2))
        manual.advance(by: .milliseconds(1500))
        #expect(clock.now() == start + .milliseconds(3500))
        clock.set(.store(Self.reading(manual, ahead: .seconds(2 - seconds))))
        #expect(clock.now() == start + .milliseconds(3500))
        #expect(clock.isTrusted == (abs(2 - seconds) <= 30))
        #expect(clock.stepsBack == 0)
    }

    @Test func `without a clock of the store's the machine's counts, and is followed`() {
        let manual = ManualClock()
        let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
        clock.set(.machine)
        manual.step(by: .seconds(3600))
        #expect(clock.now() == manual.now)
        manual.step(by: .seconds(-3600))
        #expect(clock.now() == manual.now)
        #expect(clock.stepsBack == 1)
    }

    private static func reading(_ manual: ManualClock, ahead: Duration) -> DeploymentClock.Reading {
        .init(store: manual.now + ahead, machine: manual.now, monotonic: manual.monotonic)
    }
}

/// A store that knows at most what time it is.
private final class AskedDatabase: Database {
    private let time: @Sendable () -> Int64?
    private let count = Mutex(0)
    private static let silence = StorageError.unavailable(reason: "it does not answer")

    /// - Parameter time: Nil when the question was for nothing.
    init(_ time: @escaping @Sendable () -> Int64?) { self.time = time }

    /// How often its clock was asked for.
    var questions: Int { count.withLock { $0 } }

    func clock() async throws(StorageError) -> Int64? {
        count.withLock { $0 += 1 }
        guard let now = time() else { throw Self.silence }
        return now
    }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        throw Self.silence
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome { throw Self.silence }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome { throw Self.silence }

    func dataVersion() async throws(StorageError) -> Int64 { throw Self.silence }
    var changes: AsyncStream<Void> { AsyncStream { $0.finish() } }
    func close() async {}
}
