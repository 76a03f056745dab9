package import OAuth
import Synchronization

/// The deployment's one *now*: a wall clock that does not go back by a little.
///
/// A step back of up to 60 s is held (time stands still until the wall catches up); a larger one is followed and told.
/// Where the store has a clock that many nodes share, this node's measured offset to it is added, so that all of them
/// judge by the same time.
package final class DeploymentClock: Sendable {
    package static let heldStep: Duration = .seconds(60)
    /// A machine whose clock is further off than this has a fault that somebody should mend first.
    package static let toleratedOffset: Duration = .seconds(30)

    /// How far this machine's clock is behind the store's.
    package enum Offset: Hashable, Sendable {
        /// The store has no clock of its own: the machine's counts.
        case none
        /// The store has one, and nobody has looked at it lately.
        case unknown
        case milliseconds(Int64)
    }

    private let wall: @Sendable () -> Milliseconds
    private let monotonic: @Sendable () -> Int64
    private let latest = Mutex(Milliseconds(.min))
    private let measured = Mutex(Measured(offset: .none, milliseconds: 0))

    private struct Measured {
        var offset: Offset
        /// The last known one, which goes on to hold while nothing newer is known.
        var milliseconds: Int64
    }

    private let steps = Atomic<Int>(0)

    /// - Parameters:
    ///   - wall: The system's clock, or a test's.
    ///   - monotonic: Milliseconds from any beginning, never going back.
    package init(wall: @escaping @Sendable () -> Milliseconds, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package func now() -> Milliseconds {
        let wall = wall() + .milliseconds(measured.withLock { $0.milliseconds })
        return latest.withLock { latest in
            guard wall < latest else {
                latest = wall
                return wall
            }
            guard latest.since(wall) > Self.heldStep.wholeMilliseconds else { return latest }
            latest = wall
            steps.wrappingAdd(1, ordering: .relaxed)
            return wall
        }
    }

    package func monotonicNow() -> Int64 { monotonic() }

    /// The machine's own clock, as it is.
    package func machineNow() -> Milliseconds { wall() }

    package var offset: Offset { measured.withLock { $0.offset } }

    package func set(_ offset: Offset) {
        measured.withLock { measured in
            measured.offset = offset
            if case .milliseconds(let milliseconds) = offset { measured.milliseconds = milliseconds }
        }
    }

    /// Whether the time may be relied on: a node for which it may not is not ready.
    package var isTrusted: Bool {
        switch offset {
        case .none: true
        case .unknown: false
        case .milliseconds(let milliseconds): abs(milliseconds) <= Self.toleratedOffset.wholeMilliseconds
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
