package import OAuth
import Synchronization

/// A clock that stands until a test advances it.
package final class ManualClock: Sendable {
    private let time: Mutex<(wall: Int64, monotonic: Int64)>

    package init(_ start: Milliseconds = Milliseconds(1_800_000_000_000)) {
        time = Mutex((start.value, 1_000_000))
    }

    package var now: Milliseconds { Milliseconds(time.withLock { $0.wall }) }
    package var monotonic: Int64 { time.withLock { $0.monotonic } }

    /// Lets time pass, for both clocks.
    package func advance(by span: Duration) {
        time.withLock { time in
            time.wall += span.wholeMilliseconds
            time.monotonic += span.wholeMilliseconds
        }
    }

    /// Sets the wall clock alone, as a time service does.
    package func step(by span: Duration) {
        time.withLock { $0.wall += span.wholeMilliseconds }
    }
}
