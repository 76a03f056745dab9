import Logging
import OAuth
import Storage
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
            guard engine == .postgres else { return #expect(clock.offset == .none) }
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

    @Test func `an offset that nobody knows any more is not relied on, and time goes on by the last one`() {
        let manual = ManualClock()
        let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
        clock.set(.milliseconds(7000))
        #expect(clock.now() == manual.now + .seconds(7))
        clock.set(.unknown)
        #expect(!clock.isTrusted)
        manual.advance(by: .seconds(1))
        #expect(clock.now() == manual.now + .seconds(7))
    }

    private static func clock(offBy error: Int64) -> DeploymentClock {
        DeploymentClock(
            wall: { SystemTime.wall() + .milliseconds(error) }, monotonic: { SystemTime.monotonic() })
    }
}
