import OAuth
package import Secrets
import Synchronization

/// Hands messages to the mail server, on threads of its own: libcurl waits where it stands.
///
/// A few connections at once and a bounded number that waits. While messages wait a connection carries one after the
/// other; when none does, it is ended.
package final class Mailer: Sendable {
    package struct Limits: Sendable {
        /// How many connections are open at once.
        package var connections = 4
        package var waitingPerConnection = 16
        /// For the server's name, the connection, TLS and authentication.
        package var connect = Duration.seconds(10)
        /// From `send` to its end, waiting for a turn included.
        package var whole = Duration.seconds(30)
        /// For the answer to a whole message, counted from its last byte, when nobody waits for it any more.
        package var unawaitedAnswer = Duration.seconds(5)

        /// How long a transfer may be slower than a hundred bytes a second; that the server says nothing counts too.
        package var lowSpeedSeconds = 20

        package init() {}
    }

    private static let niceness: Int32 = 5

    package let server: SMTPServer
    private let limits: Limits
    private let threads: WorkerThreads
    private let idle = Mutex<[SMTPConnection]>([])

    /// - Throws: When the system starts no more threads.
    package init(_ server: SMTPServer, limits: Limits = Limits()) throws(SystemError) {
        self.server = server
        self.limits = limits
        threads = try WorkerThreads(
            "mail", threads: limits.connections, waitingPerThread: limits.waitingPerConnection, niceness: Self.niceness)
    }

    /// How many messages wait for a connection.
    package var waiting: Int { threads.load.waiting }

    /// Refuses what waits and what comes; messages under way are finished.
    package func stop() {
        threads.stop()
    }

    /// Sends a message, and returns when the server has taken it.
    ///
    /// A task that is cancelled leaves within about a second, but for a message of which all was sent: the answer to
    /// that is awaited for `Limits.unawaitedAnswer`.
    package func send(_ message: MailMessage) async throws(MailError) {
        try await send(message, before: .now + limits.whole)
    }

    func send(_ message: MailMessage, before deadline: ContinuousClock.Instant) async throws(MailError) {
        let letter = SMTPTransfer.Letter(message)
        let cancellation = SMTPTransfer.Cancellation()
        let answer: Result<MailError.Cause?, WorkerThreads.Refusal> = await withTaskCancellationHandler {
            do throws(WorkerThreads.Refusal) {
                let cause = try await threads.run { [self] in
                    deliver(letter, cancellation, before: deadline)
                } afterwards: { [self] in
                    endIdleConnections()
                }
                return .success(cause)
            } catch {
                return .failure(error)
            }
        } onCancel: {
            cancellation.set()
        }
        let cause: MailError.Cause? =
            switch answer {
            case .success(let cause): cause
            case .failure(.full): .busy
            case .failure(.cancelled): .cancelled
            case .failure(.stopped): .stopped
            }
        if let cause { throw MailError(server: server.address, cause: cause) }
    }

    /// On one of the threads.
    private func deliver(
        _ letter: SMTPTransfer.Letter, _ cancellation: SMTPTransfer.Cancellation,
        before deadline: ContinuousClock.Instant
    ) -> MailError.Cause? {
        Libcurl.blockBrokenPipes()
        while true {
            // Who has waited for most of the time would only begin.
            let left = deadline - .now
            guard left >= limits.whole / 3 else { return .busy }
            let connection: SMTPConnection
            do throws(Libcurl.Failure) {
                if let open = idle.withLock({ $0.popLast() }) {
                    connection = open
                } else {
                    connection = try SMTPConnection(to: server, limits: limits)
                }
            } catch {
                return .library(error.words)
            }
            let isUsed = connection.isUsed
            let transfer = SMTPTransfer(
                letter, credentials: server.credentials, cancellation: cancellation, patience: limits.unawaitedAnswer)
            let cause = connection.send(transfer, within: left)
            guard let cause else {
                if !connection.isWorn { idle.withLock { $0.append(connection) } }
                return nil
            }
            // The server may have ended a connection that it knew: then nothing of the message was sent on it.
            guard isUsed, !transfer.hasBegun, cause.isEndOfConnection else { return cause }
        }
    }

    /// On one of the threads, when the caller has its answer.
    private func endIdleConnections() {
        guard waiting == 0 else { return }
        let ended = idle.withLock { connections in
            defer { connections = [] }
            return connections
        }
        _ = consume ended
    }
}

extension MailError.Cause {
    /// RFC 5321 §3.8: 421 is the reply of a server that is about to end the connection.
    fileprivate var isEndOfConnection: Bool {
        switch self {
        case .network(.brokeOff): true
        case .deferred(let reply): reply.code == 421
        default: false
        }
    }
}
