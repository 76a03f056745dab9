package import Logging
import Metrics
import OAuth
import ServiceLifecycle
package import Storage

/// Looks at the store's clock, at the start and then every ten seconds: in between time goes on from there.
///
/// It also tells how far off this machine's own clock is.
package struct ClockWatch: Service {
    private let database: any Database
    private let clock: DeploymentClock
    private let logger: Logger
    private let gauge = Gauge(label: "tykva_clock_offset_seconds")

    private static let interval = Duration.seconds(10)
    /// How long a measurement is relied on when none succeeds after it.
    private static let validity = Duration.seconds(60)
    /// An answer that took longer tells too little: the clock was read at some instant in between.
    private static let longestRoundTrip: Int64 = 1000
    private static let tries = 3

    package init(_ database: any Database, clock: DeploymentClock, logger: Logger) {
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var measuredAt = clock.monotonicNow()
            while true {
                try await Task.sleep(for: Self.interval)
                measuredAt = await look(lastAt: measuredAt)
            }
        }
    }

    /// Measures again, or says that nothing is known when the last measurement is too long ago by then.
    ///
    /// - Parameter last: When it was measured last, by the monotonic clock.
    /// - Returns: The same of now.
    func look(lastAt last: Int64) async -> Int64 {
        let begin = clock.monotonicNow()
        if await measure() { return begin }
        if clock.monotonicNow() - last > Self.validity.wholeMilliseconds { clock.set(.unknown) }
        return last
    }

    /// One measurement: of a few answers the quickest counts. A store that does not answer is asked once.
    ///
    /// - Returns: Whether anything is known now.
    package func measure() async -> Bool {
        var best: (roundTrip: Int64, reading: DeploymentClock.Reading)?
        for _ in 0..<Self.tries {
            let begin = clock.monotonicNow()
            let machine = clock.machineNow()
            do throws(StorageError) {
                guard let theirs = try await database.clock() else {
                    clock.set(.machine)
                    return true
                }
                let roundTrip = clock.monotonicNow() - begin
                guard roundTrip <= Self.longestRoundTrip, roundTrip < best?.roundTrip ?? .max else { continue }
                let half = roundTrip / 2
                best = (
                    roundTrip,
                    .init(
                        store: Milliseconds(theirs), machine: machine + .milliseconds(half), monotonic: begin + half)
                )
            } catch {
                logger.debug("the database's clock was not read", metadata: ["error": "\(error)"])
                guard clock.monotonicNow() - begin <= Self.longestRoundTrip else { break }
            }
        }
        guard let best else { return false }
        let wasTrusted = clock.isTrusted
        clock.set(.store(best.reading))
        gauge.record(Double(best.reading.offset) / 1000)
        if !clock.isTrusted, wasTrusted {
            logger.error(
                "this machine's clock is too far from the database's: the node is not ready",
                metadata: ["offset_ms": "\(best.reading.offset)"])
        }
        return true
    }
}
