package import Logging
import Metrics
import OAuth
import ServiceLifecycle
package import Storage

/// Writes the events that need not stand in the transaction of what they tell: after it, and at most so many waiting.
///
/// They may be lost in a crash; those of thefts and ends are not written here.
package struct EventRecorder: Service {
    private let database: any Database
    private let logger: Logger
    private let waiting = LaterWork<Waiting>(waiting: Limits.waitingEvents)
    private let dropped = Counter(label: "tykva_events_dropped_total")

    package init(_ database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    private struct Waiting {
        let event: Event
        /// What its user is told of it, once a family and day; nil when they are not.
        let telling: PersonMessageKind?
    }

    /// - Parameter telling: What its user is told of it, once a family and day.
    package func note(_ event: Event, telling: PersonMessageKind? = nil) {
        if !waiting.add(Waiting(event: event, telling: telling)) { dropped.increment() }
    }

    /// Writes until the server stops, and then what still waits.
    package func run() async throws {
        await waiting.run { await write($0) }
    }

    private func write(_ waiting: Waiting) async {
        let event = waiting.event
        do throws(StorageError) {
            guard let kind = waiting.telling, let user = event.user else {
                return try await database.once(.record(event))
            }
            try await database.writeAgain { tx throws(StorageError) in
                try tx.recordAndTellDaily(event, kind, to: user)
            }
        } catch {
            dropped.increment()
            logger.warning(
                "an event was not written", metadata: ["type": "\(event.type.rawValue)", "error": "\(error)"])
        }
    }
}
