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
    private let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let dropped = Counter(label: "tykva_events_dropped_total")

    package init(_ database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Limits.waitingEvents))
    }

    package func note(_ event: Event) {
        if case .dropped = continuation.yield(event) { dropped.increment() }
    }

    /// Writes until the server stops, and then what still waits.
    package func run() async throws {
        await withGracefulShutdownHandler {
            for await event in stream { await write(event) }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }

    private func write(_ event: Event) async {
        do throws(StorageError) {
            try await database.once(.record(event))
        } catch {
            dropped.increment()
            logger.warning(
                "an event was not written", metadata: ["type": "\(event.type.rawValue)", "error": "\(error)"])
        }
    }
}
