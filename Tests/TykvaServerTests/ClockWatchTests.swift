import Logging
import OAuth
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct ClockWatchTests {
    @Test(arguments: Engine.available, [Int64(-25_000), 0, 25_000])
    func `a clock that is off by less than 30 s follows the store's`(_ engine: Engine, _ error: Int64) async throws {
        try await engine.withDatabase { database in
            let clock = Self.clock(offBy: error)
            #expect(await ClockWatch(database, clock: clock, logger: Logger(label: "test")).measure())
            #expect(clock.isTrusted)
            guard engine == .postgres else { return #expect(clock.reference == .machine) }
            let difference = clock.now().since(SystemTime.wall())
            #expect(abs(difference) < 1000, "\(difference) ms")
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgres }, [Int64(-40_000), 40_000])
    func `a clock that is off by more is not relied on`(_ engine: Engine, _ error: Int64) async throws {
        try await engine.withDatabase { database in
            let clock = Self.clock(offBy: error)
            #expect(await ClockWatch(database, clock: clock, logger: Logger(label: "test")).measure())
            #expect(!clock.isTrusted)
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
        let hanging = HangingDatabase { manual.advance(by: .seconds(10)) }
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

    private static func clock(offBy error: Int64) -> DeploymentClock {
        DeploymentClock(
            wall: { SystemTime.wall() + .milliseconds(error) }, monotonic: { SystemTime.monotonic() })
    }
}

/// A store at which every question has to wait, for nothing.
private final class HangingDatabase: Database {
    private let wait: @Sendable () -> Void
    private let count = Mutex(0)
    private static let silence = StorageError.unavailable(reason: "it does not answer")

    init(_ wait: @escaping @Sendable () -> Void) { self.wait = wait }

    /// How often its clock was asked for.
    var questions: Int { count.withLock { $0 } }

    func clock() async throws(StorageError) -> Int64? {
        count.withLock { $0 += 1 }
        wait()
        throw Self.silence
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
