import OAuth
import Synchronization

/// How busy each receiver of messages is, so that one that hangs takes no room from the others.
final class Destinations: Sendable {
    private static let atOnce = 64
    private static let atOnceEach = 16
    /// How long a receiver that did not answer is left alone.
    private static let rest = Duration.seconds(5)
    private static let remembered = 1024

    private struct State {
        var inFlight: [ClientID: Int] = [:]
        var restsUntil: [ClientID: Milliseconds] = [:]
    }

    private let state = Mutex(State())

    /// How many more can be under way.
    var room: Int64 { Int64(Self.atOnce - state.withLock { $0.inFlight.values.reduce(0, +) }) }

    /// Those who have no room, or did not answer a moment ago.
    func resting(at now: Milliseconds) -> [ClientID] {
        state.withLock { state in
            state.restsUntil = state.restsUntil.filter { $0.value > now }
            return Array(state.restsUntil.keys) + state.inFlight.filter { $0.value >= Self.atOnceEach }.map(\.key)
        }
    }

    /// Runs `body` for a receiver, when its turn is now.
    ///
    /// - Throws: `NotItsTurn`, and what `body` throws.
    func reach(_ receiver: ClientID, at now: Milliseconds, _ body: () async throws -> Void) async throws {
        try state.withLock { state in
            if let end = state.restsUntil[receiver], now < end { throw NotItsTurn() }
            guard state.inFlight[receiver, default: 0] < Self.atOnceEach else { throw NotItsTurn() }
            state.inFlight[receiver, default: 0] += 1
        }
        do {
            try await body()
            leave(receiver, restsUntil: nil)
        } catch let error as RefusedDelivery {
            // It answers; it only does not want this one.
            leave(receiver, restsUntil: nil)
            throw error
        } catch {
            leave(receiver, restsUntil: now + Self.rest)
            throw error
        }
    }

    private func leave(_ receiver: ClientID, restsUntil end: Milliseconds?) {
        state.withLock { state in
            let left = state.inFlight[receiver, default: 1] - 1
            state.inFlight[receiver] = left > 0 ? left : nil
            if state.restsUntil.count >= Self.remembered { state.restsUntil.removeAll() }
            if let end { state.restsUntil[receiver] = end }
        }
    }

    /// A message waits, and nothing was tried.
    struct NotItsTurn: Error {}
}

/// A receiver has answered that it does not take a message.
struct RefusedDelivery: Error, CustomStringConvertible {
    let status: UInt

    var description: String { "it answered \(status)" }
}
