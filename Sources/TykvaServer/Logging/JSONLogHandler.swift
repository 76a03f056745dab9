package import Logging
import StrictFormats

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes one JSON object a line to stderr: time, level, message, and the metadata as members.
package struct JSONLogHandler: LogHandler {
    package static let maximumValueBytes = 1024
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: Milliseconds since 1970.
    package init(level: Logger.Level, clock: @escaping @Sendable () -> Int64) {
        logLevel = level
        self.clock = clock
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = JSONWriter()
        line.beginObject()
        line.member("time", Timestamp.text(clock()))
        line.member("level", event.level.rawValue)
        line.member("message", event.message.description)
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line.member(key == "hb.request.id" ? "request_id" : key, "\(value)".cut(Self.maximumValueBytes))
        }
        line.endObject()
        StandardError.put(line.bytes + [UInt8(ascii: "\n")])
    }
}

/// The same for people: time, level, message, metadata, with control characters escaped.
package struct TextLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let clock: @Sendable () -> Int64

    package init(level: Logger.Level, clock: @escaping @Sendable () -> Int64) {
        logLevel = level
        self.clock = clock
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }
            .map { " \($0.key)=\("\($0.value)".cut(JSONLogHandler.maximumValueBytes).debugDescription)" }
        let line = "\(Timestamp.text(clock())) \(event.level.rawValue.uppercased()) \(event.message)\(pairs.joined())\n"
        StandardError.put(Array(line.utf8))
    }
}

/// One write a line, so that lines of two threads do not mix.
private enum StandardError {
    static func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in _ = write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
    }
}

extension String {
    fileprivate func cut(_ bytes: Int) -> String {
        utf8.count <= bytes ? self : String(decoding: utf8.prefix(bytes), as: UTF8.self)
    }
}
