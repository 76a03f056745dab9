import CPostgres
import Foundation
import Synchronization

/// Commits that have not come back, and the connections that were given up under them.
///
/// Their backends go on: when a synchronous standby is away they wait for it, however long, whether or not anybody is
/// still there to be answered. So these connections stay open and are counted for a while; else each new attempt would
/// add a backend to a server that has trouble already.
final class PostgresLateCommits: Sendable {
    /// What became of a commit.
    enum Outcome {
        /// Something was written, and it is kept.
        case kept
        /// The server has not answered in time.
        case late
    }

    private struct Entry: Sendable {
        /// Of libpq's connection, which no other thread has any more.
        let address: UInt
        let expiry: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Entry] = []
        /// Since when commits have not come back; nil when the last one has.
        var lateSince: ContinuousClock.Instant?
        var isTrying = false
        var isClosed = false
    }

    private let options: PostgresOptions
    private let state = Mutex(State())

    /// A statement that changes nothing, and whose commit must come back like any other.
    static let trial: SQL = "SELECT pg_logical_emit_message(true, 'tykva', '') IS NULL"

    init(_ options: PostgresOptions) { self.options = options }

    func note(_ outcome: Outcome) {
        state.withLock { state in
            switch outcome {
            case .kept: state.lateSince = nil
            case .late: state.lateSince = state.lateSince ?? .now
            }
        }
    }

    /// Whether commits have not come back for so long that others had better be asked.
    var areOverdue: Bool {
        state.withLock { state in state.lateSince.map { .now - $0 > options.commitPatience } ?? false }
    }

    var areEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// Whether the caller is to try a commit now, because no answer is waited for that could tell; `endTrial` follows.
    func beginTrial() -> Bool {
        state.withLock { state in
            guard state.lateSince != nil, state.entries.isEmpty, !state.isTrying else { return false }
            state.isTrying = true
            return true
        }
    }

    func endTrial() { state.withLock { $0.isTrying = false } }

    /// Takes a connection over that was given up under a commit.
    ///
    /// - Returns: False when there are as many already as a pool has: the caller keeps it, and its place.
    func take(_ connection: PostgresConnection) -> Bool {
        let entry = Entry(address: connection.address, expiry: .now + options.backendPatience)
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.entries.count < options.connections else { return false }
            state.entries.append(entry)
            return true
        }
        if isTaken { connection.handOver() }
        return isTaken
    }

    /// Closes what has been answered, was lost, or has waited for long enough. Called by one thread, now and then.
    func sweep() {
        let entries = state.withLock { $0.entries }
        guard !entries.isEmpty else { return }
        let over = entries.filter(isOver)
        state.withLock { state in state.entries.removeAll { entry in over.contains { $0.address == entry.address } } }
        over.forEach(Self.close)
    }

    func close() {
        let entries = state.withLock { state in
            defer { state.entries = [] }
            state.isClosed = true
            return state.entries
        }
        entries.forEach(Self.close)
    }

    private func isOver(_ entry: Entry) -> Bool {
        guard let handle = OpaquePointer(bitPattern: entry.address), ContinuousClock.now < entry.expiry else {
            return true
        }
        guard PostgresSocket.isReady(PQsocket(handle), POLLIN) else { return false }
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return true }
        guard PQisBusy(handle) == 0 else { return false }
        if let pointer = PQgetResult(handle) {
            let result = PostgresResult(pointer)
            if case .success = result.kind { note(.kept) }
        }
        return true
    }

    private static func close(_ entry: Entry) {
        guard let handle = OpaquePointer(bitPattern: entry.address) else { return }
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        PQfinish(handle)
    }
}
