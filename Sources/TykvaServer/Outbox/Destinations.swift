import OAuth
import Synchronization

/// How busy each receiver of messages is, so that one that hangs takes no room from the others.
final class Destinations: Sendable {
    private static let atOnce = 64
    private static let atOnceEach = 4
    /// How long a receiver that did not answer is left alone.
    private static let rest = Duration.seconds(5)
    private static let remembered = 1024

    private struct State {
        var inFlight: [String: Int] = [:]
        var restsUntil: [String: Milliseconds] = [:]
    }

    private let state = Mutex(State())

    /// How many more can be under way.
    var room: Int64 { Int64(Self.atOnce - state.withLock { $0.inFlight.values.reduce(0, +) }) }

    /// Runs `body` for a receiver, when its turn is now.
    ///
    /// - Throws: When it is not, and what `body` throws.
    func reach(_ receiver: String, at now: Milliseconds, _ body: () async throws -> Void) async throws {
        try state.withLock { state in
            if let end = state.restsUntil[receiver], now < end { throw NotNow("it did not answer a moment ago") }
            guard state.inFlight[receiver, default: 0] < Self.atOnceEach else {
                throw NotNow("others to the same address are under way")
            }
            state.inFlight[receiver, default: 0] += 1
        }
        do {
            try await body()
            leave(receiver, restsUntil: nil)
        } catch {
            leave(receiver, restsUntil: now + Self.rest)
            throw error
        }
    }

    private func leave(_ receiver: String, restsUntil end: Milliseconds?) {
        state.withLock { state in
            let left = state.inFlight[receiver, default: 1] - 1
            state.inFlight[receiver] = left > 0 ? left : nil
            if state.restsUntil.count >= Self.remembered { state.restsUntil.removeAll() }
            state.restsUntil[receiver] = end
        }
    }

    private struct NotNow: Error, CustomStringConvertible {
        let description: String

        init(_ reason: String) { description = reason }
    }
}
