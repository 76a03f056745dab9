import OAuth
import Storage
import Synchronization

/// How busy each receiver of messages is, so that one that hangs takes no room from the others.
///
/// One that did not answer is left alone for a while, and then asked with one message at a time until one arrives.
final class Destinations: Sendable {
    /// How long a receiver that did not answer is left alone.
    private static let rest = Duration.seconds(5)
    private static let remembered = 1024

    private struct State {
        var inFlight: [Destination: Int] = [:]
        /// Those that did not answer, and until when they are left alone.
        var restsUntil: [Destination: Milliseconds] = [:]

        func places(at destination: Destination, at now: Milliseconds) -> Int {
            guard let end = restsUntil[destination] else { return destination.places }
            // A rest that is longer than any was given before a clock was set back.
            return now < end && end <= now + Destinations.rest ? 0 : 1
        }
    }

    private let state = Mutex(State())

    /// How many more messages of a kind can be under way.
    func room(_ kind: MessageKind) -> Int {
        let used = state.withLock { $0.inFlight.reduce(0) { $0 + ($1.key.kind == kind ? $1.value : 0) } }
        return max(0, kind.places - used)
    }

    /// How many more messages to a receiver can be under way now.
    func room(at destination: Destination, at now: Milliseconds) -> Int {
        state.withLock { max(0, $0.places(at: destination, at: now) - $0.inFlight[destination, default: 0]) }
    }

    /// Takes a place at a receiver: from when its message is claimed to when it is known what became of it.
    ///
    /// - Returns: False when there is none now: nothing is taken then.
    func enter(_ destination: Destination, at now: Milliseconds) -> Bool {
        state.withLock { state in
            guard state.inFlight[destination, default: 0] < state.places(at: destination, at: now) else { return false }
            state.inFlight[destination, default: 0] += 1
            return true
        }
    }

    /// Gives the place back.
    ///
    /// - Parameter error: What went wrong; nil when the message has arrived.
    func leave(_ destination: Destination, _ error: (any Error)?, at now: Milliseconds) {
        state.withLock { state in
            let left = state.inFlight[destination, default: 1] - 1
            state.inFlight[destination] = left > 0 ? left : nil
            guard let error else {
                state.restsUntil[destination] = nil
                return
            }
            guard Destination.isDown(error) else { return }
            if state.restsUntil.count >= Self.remembered { state.restsUntil.removeAll() }
            state.restsUntil[destination] = now + Self.rest
        }
    }
}

/// A receiver has answered that it does not take a message.
struct RefusedDelivery: Error, CustomStringConvertible {
    let status: UInt

    var description: String { "it answered \(status)" }
}
