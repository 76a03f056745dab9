import Logging
import Synchronization

/// Keeps what is logged.
final class LogLines: Sendable {
    private let lines = Mutex<[(level: Logger.Level, reason: String?)]>([])

    var levels: [Logger.Level] { lines.withLock { $0.map(\.level) } }
    var reasons: [String] { lines.withLock { $0.compactMap(\.reason) } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let reason = event.metadata?["reason"].map { "\($0)" }
            lines.lines.withLock { $0.append((event.level, reason)) }
        }
    }
}
