package import OAuth
import Synchronization

/// The deployment's one *now*: a clock that does not go back by a little.
///
/// A step back of up to 60 s is held (time stands still until the clock catches up); a larger one is followed and told.
/// Where the store has a clock that many nodes share, time goes on from the last look at it by the monotonic clock: so
/// all nodes judge by the same time, and a step of one machine's clock moves nothing.
package final class DeploymentClock: Sendable {
    package static let heldStep: Duration = .seconds(60)
    /// A machine whose clock is further off than this has a fault that somebody should mend first.
    package static let toleratedOffset: Duration = .seconds(30)

    /// One look at the store's clock, and what this machine's clocks told at the same instant.
    package struct Reading: Hashable, Sendable {
        package let store: Milliseconds
        package let machine: Milliseconds
        package let monotonic: Int64

        package init(store: Milliseconds, machine: Milliseconds, monotonic: Int64) {
            self.store = store
            self.machine = machine
            self.monotonic = monotonic
        }

        /// How far this machine's clock was behind the store's, in milliseconds.
        package var offset: Int64 { store.since(machine) }
    }

    /// By which clock time is told.
    package enum Reference: Hashable, Sendable {
        /// The store has no clock of its own: the machine's counts.
        case machine
        /// The store has one, and nobody has looked at it lately: the last look goes on to hold.
        case unknown
        case store(Reading)
    }

    private let wall: @Sendable () -> Milliseconds
    private let monotonic: @Sendable () -> Int64
    private let latest = Mutex(Milliseconds(.min))
    private let known = Mutex(Known(reference: .machine))

    private struct Known {
        var reference: Reference
        var reading: Reading?
    }

    private let steps = Atomic<Int>(0)

    /// - Parameters:
    ///   - wall: The system's clock, or a test's.
    ///   - monotonic: Milliseconds from any beginning, never going back, and going on while the machine sleeps.
    package init(wall: @escaping @Sendable () -> Milliseconds, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package func now() -> Milliseconds {
        let time = reckoned()
        return latest.withLock { latest in
            guard time < latest else {
                latest = time
                return time
            }
            guard latest.since(time) > Self.heldStep.wholeMilliseconds else { return latest }
            latest = time
            steps.wrappingAdd(1, ordering: .relaxed)
            return time
        }
    }

    private func reckoned() -> Milliseconds {
        guard let reading = known.withLock({ $0.reading }) else { return wall() }
        return reading.store + .milliseconds(monotonic() - reading.monotonic)
    }

    package func monotonicNow() -> Int64 { monotonic() }

    /// The machine's own clock, as it is.
    package func machineNow() -> Milliseconds { wall() }

    package var reference: Reference { known.withLock { $0.reference } }

    package func set(_ reference: Reference) {
        known.withLock { known in
            known.reference = reference
            switch reference {
            case .machine: known.reading = nil
            case .unknown: break
            case .store(let reading): known.reading = reading
            }
        }
    }

    /// Whether the time may be relied on: a node for which it may not is not ready.
    package var isTrusted: Bool {
        switch reference {
        case .machine: true
        case .unknown: false
        case .store(let reading): abs(reading.offset) <= Self.toleratedOffset.wholeMilliseconds
        }
    }

    /// How many large steps back were followed since the start.
    package var stepsBack: Int { steps.load(ordering: .relaxed) }
}

extension DeploymentClock {
    package static func system() -> DeploymentClock {
        DeploymentClock(wall: { SystemTime.wall() }, monotonic: { SystemTime.monotonic() })
    }
}
