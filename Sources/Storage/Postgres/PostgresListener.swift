import Foundation
import Secrets
import Synchronization

/// Tells that another node may have written: by LISTEN on a connection of its own, and by the clock beside it.
final class PostgresListener: Sendable {
    static let channel = "tykva_change"

    private let servers: PostgresServers
    private let options: PostgresOptions
    private let isClosed = Atomic<Bool>(false)
    private let continuation: AsyncStream<Void>.Continuation
    let signals: AsyncStream<Void>

    /// How long the thread waits before it looks whether it is to end.
    private static let slice = Duration.milliseconds(250)

    init(_ servers: PostgresServers, _ options: PostgresOptions) throws(StorageError) {
        self.servers = servers
        self.options = options
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        do throws(SystemError) {
            try WorkerThread.start("postgres-listen", niceness: 0) { [self] in listen() }
        } catch {
            throw .unavailable(reason: "no thread could be started: \(error)")
        }
    }

    func close() {
        isClosed.store(true, ordering: .relaxed)
    }

    private func listen() {
        var connection: PostgresConnection?
        var nextPoll = ContinuousClock.now
        while !isClosed.load(ordering: .relaxed) {
            // Through a pooler nobody hears a notification: there the clock alone tells.
            if connection == nil, servers.isPrepared { connection = try? connected() }
            if let current = connection, servers.hasOutgrown(current) { connection = nil }
            let end = min(nextPoll, .now + Self.slice)
            if let current = connection {
                if PostgresSocket.wait(current.socket, POLLIN, until: end) { take(&connection) }
            } else {
                Thread.sleep(forTimeInterval: max(end - .now, .milliseconds(1)) / .seconds(1))
            }
            guard ContinuousClock.now >= nextPoll else { continue }
            continuation.yield()
            nextPoll = .now + options.poll
        }
        continuation.finish()
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
}
