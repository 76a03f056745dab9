import CPostgres
import Foundation
import Synchronization

/// Commits that have not come back, and the connections that were given up under them.
///
/// Their backends go on: when a synchronous standby is away they wait for it, however long, whether or not anybody is
/// still there to be answered. So these connections stay open and are counted for a while, and beyond a number of them
/// nothing more is sent that commits; else each new attempt would add a backend to a server that has trouble already.
///
/// All this is about one server. Once a server of a higher timeline was met, nothing of it counts any more.
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
        let timeline: Int64
        let expiry: ContinuousClock.Instant
    }

    /// Commits that do not come back, until one does.
    private struct Trouble {
        let since: ContinuousClock.Instant
        /// When the last one was given up.
        let last: ContinuousClock.Instant
        let timeline: Int64
    }

    private struct State {
        var entries: [Entry] = []
        var trouble: Trouble?
        var isTrying = false
        var isClosed = false
    }

    private let servers: PostgresServers
    private let options: PostgresOptions
    private let state = Mutex(State())

    /// A statement that changes nothing, and whose commit must come back like any other.
    static let trial: SQL = "SELECT pg_logical_emit_message(true, 'tykva', '') IS NULL"

    static let refusal = StorageError.unavailable(
        reason: "commits that were sent before have not come back: the server hangs, or waits for a synchronous standby"
    )

    init(_ servers: PostgresServers, _ options: PostgresOptions) {
        self.servers = servers
        self.options = options
    }

    /// Whether what commits may be sent: not while as many commits are out as there are connections.
    var allowAnother: Bool { state.withLock { $0.entries.count < options.connections } }

    /// Whether commits have not come back for so long that others had better be asked.
    var areOverdue: Bool {
        state.withLock { state in state.trouble.map { .now - $0.since > options.commitPatience } ?? false }
    }

    var areEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// Looks at what became of a commit on a connection; one that was given up is taken over, with its backend.
    func note(_ connection: PostgresConnection) {
        guard let outcome = connection.takeCommit(), !servers.hasOutgrown(connection.timeline) else { return }
        guard case .late = outcome else { return noteReturn() }
        let entry = Entry(
            address: connection.address, timeline: connection.timeline, expiry: .now + options.backendPatience)
        let isTaken = state.withLock { state in
            state.trouble = Trouble(since: state.trouble?.since ?? .now, last: .now, timeline: entry.timeline)
            guard !state.isClosed else { return false }
            state.entries.append(entry)
            return true
        }
        if isTaken { connection.handOver() }
    }

    /// A commit has come back.
    func noteReturn() { state.withLock { $0.trouble = nil } }

    /// Whether the caller is to try a commit now, because no other one was sent lately that could tell; `endTrial`
    /// follows.
    func beginTrial() -> Bool {
        state.withLock { state in
            guard let trouble = state.trouble, .now - trouble.last >= options.statement, !state.isTrying else {
                return false
            }
            state.isTrying = true
            return true
        }
    }

    func endTrial() { state.withLock { $0.isTrying = false } }

    /// Closes what has been answered, was lost, has waited for long enough, or is a server's that has a successor.
    /// Called by one thread, now and then.
    func sweep() {
        let over = state.withLock { $0.entries }.filter(isOver)
        state.withLock { state in
            state.entries.removeAll { entry in over.contains { $0.address == entry.address } }
            if let trouble = state.trouble, servers.hasOutgrown(trouble.timeline) { state.trouble = nil }
        }
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
        guard let handle = OpaquePointer(bitPattern: entry.address), ContinuousClock.now < entry.expiry,
            !servers.hasOutgrown(entry.timeline)
        else { return true }
        guard PostgresSocket.isReady(PQsocket(handle), POLLIN) else { return false }
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return true }
        guard PQisBusy(handle) == 0 else { return false }
        if let pointer = PQgetResult(handle) {
            let result = PostgresResult(pointer)
            if case .success = result.kind { noteReturn() }
        }
        return true
    }

    private static func close(_ entry: Entry) {
        guard let handle = OpaquePointer(bitPattern: entry.address) else { return }
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        PQfinish(handle)
    }
}
