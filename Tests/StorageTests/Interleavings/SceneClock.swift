import OAuth
import Synchronization

/// The deployment's clock as the server keeps it: small steps back are held, larger ones followed.
///
/// It also is the process's memory of when it rotated which generation, which a crash wipes out.
final class SceneClock: Sendable {
    static let heldMilliseconds: Int64 = 60_000

    private struct State {
        var now: Int64
        var wall: Int64
        var monotonic: Int64 = 0
        var rotations: [UInt32: Int64] = [:]
    }

    private let state: Mutex<State>

    init(_ start: Milliseconds) {
        state = Mutex(State(now: start.value, wall: start.value))
    }

    var now: Milliseconds { state.withLock { Milliseconds($0.now) } }

    /// Time passes, or the machine's clock is set back.
    func step(_ milliseconds: Int64) {
        state.withLock { state in
            state.wall += milliseconds
            if milliseconds > 0 { state.monotonic += milliseconds }
            if state.wall >= state.now || state.now - state.wall > Self.heldMilliseconds { state.now = state.wall }
        }
    }

    func noteRotation(to generation: UInt32) {
        state.withLock { $0.rotations[generation] = $0.monotonic }
    }

    /// Since this process brought the family to the generation after the presented one.
    func sinceRotation(after presented: UInt32) -> Int64? {
        state.withLock { state in state.rotations[presented + 1].map { state.monotonic - $0 } }
    }

    func forget() {
        state.withLock { $0.rotations = [:] }
    }
}
