import Foundation
import Secrets
import Synchronization

/// Tells that another node may have written: by LISTEN on a connection of its own, and by the clock beside it.
///
/// The clock has a thread of its own: it goes on while the other one waits for a server that does not answer.
final class PostgresListener: Sendable {
    static let channel = "tykva_change"

    private let servers: PostgresServers
    private let options: PostgresOptions
    private let isClosed = Atomic<Bool>(false)
    private let continuation: AsyncStream<Void>.Continuation
    let signals: AsyncStream<Void>

    /// How long a thread waits before it looks whether it is to end.
    private static let slice = Duration.milliseconds(250)

    init(_ servers: PostgresServers, _ options: PostgresOptions) throws(StorageError) {
        self.servers = servers
        self.options = options
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        do throws(SystemError) {
            try WorkerThread.start("postgres-poll", niceness: 0) { [self] in poll() }
            // Through a pooler nobody hears a notification: there the clock alone tells.
            if servers.isPrepared { try WorkerThread.start("postgres-listen", niceness: 0) { [self] in listen() } }
        } catch {
            close()
            throw .unavailable(reason: "no thread could be started: \(error)")
        }
    }

    func close() {
        isClosed.store(true, ordering: .relaxed)
    }

    private func poll() {
        var next = ContinuousClock.now
        while !isClosed.load(ordering: .relaxed) {
            if ContinuousClock.now >= next {
                continuation.yield()
                next = .now + options.poll
            }
            Self.sleep(min(next - .now, Self.slice))
        }
        continuation.finish()
    }

    private func listen() {
        var connection: PostgresConnection?
        while !isClosed.load(ordering: .relaxed) {
            if let current = connection, servers.hasOutgrown(current.timeline) { connection = nil }
            if connection == nil { connection = try? connected() }
            guard let current = connection else {
                Self.sleep(Self.slice)
                continue
            }
            if PostgresSocket.wait(current.socket, POLLIN, until: .now + Self.slice) { take(&connection) }
        }
    }

    private func connected() throws(StorageError) -> PostgresConnection {
        let connection = try servers.connect()
        try connection.control("LISTEN \(Self.channel)", .writing, before: .now + options.statement)
        // What was told before we listened is looked at now.
        continuation.yield()
        return connection
    }

    private func take(_ connection: inout PostgresConnection?) {
        do throws(StorageError) {
            if try connection?.takeNotification() == true { continuation.yield() }
        } catch {
            connection = nil
        }
    }

    private static func sleep(_ span: Duration) {
        Thread.sleep(forTimeInterval: max(span, .milliseconds(1)) / .seconds(1))
    }
}
