package import OAuth
import Synchronization

/// The deployment's one *now*: a wall clock that does not go back by a little.
///
/// A step back of up to 60 s is held (time stands still until the wall catches up); a larger one is followed and told.
package final class DeploymentClock: Sendable {
    package static let heldStep: Duration = .seconds(60)
    private let wall: @Sendable () -> Milliseconds
    private let monotonic: @Sendable () -> Int64
    private let latest = Mutex(Milliseconds(.min))
    private let steps = Atomic<Int>(0)

    /// - Parameters:
    ///   - wall: The system's clock, or a test's.
    ///   - monotonic: Milliseconds from any beginning, never going back.
    package init(wall: @escaping @Sendable () -> Milliseconds, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package func now() -> Milliseconds {
        let wall = wall()
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

    /// How many large steps back were followed since the start.
    package var stepsBack: Int { steps.load(ordering: .relaxed) }
}

extension DeploymentClock {
    package static func system() -> DeploymentClock {
        DeploymentClock(wall: { SystemTime.wall() }, monotonic: { SystemTime.monotonic() })
    }
}
