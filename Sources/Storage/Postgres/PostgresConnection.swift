import CPostgres
import Crypto
import Foundation

/// One connection to a server, used by one thread at a time; every wait on it has a deadline, every answer a bound.
///
/// libpq is used without blocking, because a server that was stopped never ends its own time-outs. After a failure of
/// the connection itself, past a deadline, or when the server answers what nobody asked, it is broken and must be
/// thrown away.
final class PostgresConnection {
    /// The server's timeline when the connection was made, less one: it grows with each failover.
    private(set) var timeline: Int64 = 0
    private(set) var isBroken = false
    let options: PostgresOptions
    let place: String
    let isPrepared: Bool
    private let handle: OpaquePointer
    private var isHandedOver = false
    private var statements: [String: Prepared] = [:]
    /// Bytes that have come since the last statement was sent.
    private var received = 0
    /// Whether the open transaction has written anything that its COMMIT must keep.
    private var hasWritten = false
    private var commit: PostgresLateCommits.Outcome?

    private struct Prepared {
        let name: String
        let columns: [String]?
    }

    /// Statements with filters make a bounded number of texts; what goes beyond this is not prepared.
    static let preparedLimit = 512
    /// What a server may answer to one statement: counted as far as has come whenever libpq is asked to read.
    private static let answerBytes = 64 * 1024 * 1024
    /// How often is read what a server says by itself, while nothing is asked of it.
    private static let lastWords = 16

    typealias Instant = ContinuousClock.Instant

    /// Connects, and refuses a server that this program cannot work with.
    ///
    /// - Parameter url: Of one server alone, at one address: a name would be looked up, for however long that takes.
    /// - Throws: `unavailable` with one sentence.
    init(_ url: PostgresURL, _ options: PostgresOptions, before deadline: Instant) throws(StorageError) {
        self.options = options
        place = url.description
        isPrepared = url.isPrepared
        handle = try PostgresDialing(url, options).connect(before: deadline)
        PQsetnonblocking(handle, 1)
        timeline = try PostgresServerCheck(place: place).check(self, before: deadline)
    }

    deinit {
        guard !isHandedOver else { return }
        // What a stopped server has not taken must not hold us up: libpq would try to say good-bye.
        if isBroken { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
        PQfinish(handle)
    }

    var socket: Int32 { PQsocket(handle) }

    /// Whether the server has hung up while nothing was asked of it.
    func hasHungUp() -> Bool {
        // A last word comes before the end, so what is there is read until there is nothing.
        for _ in 0..<Self.lastWords {
            guard !isBroken, PostgresSocket.isReady(socket, POLLIN) else { return isBroken }
            if PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK { isBroken = true }
        }
        // Who talks without end is not asked anything.
        isBroken = true
        return true
    }

    /// Takes in what has come by itself, and tells whether a notification was among it.
    func takeNotification() throws(StorageError) -> Bool {
        guard PQconsumeInput(handle) == 1 else { throw hungUp(.reading) }
        var isNotified = false
        while let notification = PQnotifies(handle) {
            PQfreemem(notification)
            isNotified = true
        }
        return isNotified
    }

    /// Runs one statement to its end.
    func run(_ sql: SQL, _ purpose: PostgresPurpose, before deadline: Instant) throws(StorageError) -> [Row] {
        let text = sql.text
        guard isPrepared, statements[text] != nil || statements.count < Self.preparedLimit else {
            let sent = try PostgresBinds.with(sql.binds) { binds in
                PQsendQueryParams(
                    handle, text, binds.count, binds.types, binds.values, binds.lengths, binds.formats, 1)
            }
            return try answer(sent == 1, .rows(nil), purpose, deadline).rows
        }
        let prepared = try prepare(text, sql.binds, before: deadline)
        let sent = try PostgresBinds.with(sql.binds) { binds in
            PQsendQueryPrepared(
                handle, prepared.name, binds.count, binds.values, binds.lengths, binds.formats, 1)
        }
        let answer = try answer(sent == 1, .rows(prepared.columns), purpose, deadline)
        if prepared.columns == nil { statements[text] = Prepared(name: prepared.name, columns: answer.columns) }
        return answer.rows
    }

    /// Runs statements without values or rows: a migration's, or `BEGIN`.
    func control(_ text: String, _ purpose: PostgresPurpose, before deadline: Instant) throws(StorageError) {
        _ = try answer(PQsendQuery(handle, text) == 1, .nothing, purpose, deadline)
    }

    /// Ends a transaction, and keeps what was written in it.
    ///
    /// - Throws: `unavailable` when the server has rolled it back instead, which it does when something failed in it.
    func commit(_ purpose: PostgresPurpose, before deadline: Instant) throws(StorageError) {
        let tag = try answer(PQsendQuery(handle, "COMMIT") == 1, .nothing, purpose, deadline).tag
        guard tag != "COMMIT" else { return }
        isBroken = true
        guard tag != "ROLLBACK" else { throw .unavailable(reason: "\(place) rolled back what it was to commit") }
        throw lost("\(place) answers a COMMIT with something else", purpose)
    }

    /// Ends a transaction without keeping anything of it; when that fails, the connection is thrown away.
    func rollBack(before deadline: Instant) {
        hasWritten = false
        guard !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        try? control("ROLLBACK", .writing, before: deadline)
        if PQtransactionStatus(handle) != PQTRANS_IDLE { isBroken = true }
    }

    /// Never to be used again: for a server that turned out not to be the right one.
    func giveUp() { isBroken = true }

    /// What became of the last commit, once.
    func takeCommit() -> PostgresLateCommits.Outcome? {
        defer { commit = nil }
        return commit
    }

    /// Of libpq's connection, for whoever it is handed over to.
    var address: UInt { UInt(bitPattern: handle) }

    /// Somebody else closes the connection.
    func handOver() {
        isHandedOver = true
        isBroken = true
    }

    /// The name says which statement it is: where connections get mixed up, a wrong one is never run.
    private func prepare(
        _ text: String, _ binds: [SQLValue], before deadline: Instant
    ) throws(StorageError) -> Prepared {
        if let known = statements[text] { return known }
        let types = binds.map { PostgresBinds.type($0.type) }
        let digest = SHA256.hash(data: Array("\(types) \(text)".utf8))
        let name = "s" + digest.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let sent = PQsendPrepare(handle, name, text, Int32(types.count), types)
        _ = try answer(sent == 1, .nothing, .writing, deadline)
        let new = Prepared(name: name, columns: nil)
        statements[text] = new
        return new
    }
}

// MARK: Waiting for answers

extension PostgresConnection {
    /// What is wanted of an answer.
    private enum Wanted {
        case nothing
        /// The rows, with the columns that an earlier run of the statement had.
        case rows([String]?)
    }

    private struct Answer {
        var rows: [Row] = []
        var columns: [String] = []
        var tag = ""
    }

    /// Waits for everything that belongs to what was sent; the first refusal counts.
    private func answer(
        _ isSent: Bool, _ wanted: Wanted, _ purpose: PostgresPurpose, _ deadline: Instant
    ) throws(StorageError) -> Answer {
        guard isSent else { throw hungUp(.writing) }
        received = 0
        try flush(purpose, deadline)
        var answer = Answer()
        var failure: StorageError?
        var results = 0
        while true {
            try awaitResult(purpose, deadline)
            guard let pointer = PQgetResult(handle) else { break }
            let result = PostgresResult(pointer)
            switch result.kind {
            case .success: answer = try read(result, wanted, purpose)
            case .refusal: failure = failure ?? refusal(result, purpose)
            case .foreign: throw nonsense(purpose)
            }
            results += 1
            guard results < 2 || ContinuousClock.now < deadline else { throw late(purpose) }
        }
        if PQstatus(handle) != CONNECTION_OK { isBroken = true }
        if let failure { throw failure }
        if purpose.commits, hasWritten {
            hasWritten = false
            commit = .kept
        }
        return answer
    }

    private func read(
        _ result: borrowing PostgresResult, _ wanted: Wanted, _ purpose: PostgresPurpose
    ) throws(StorageError) -> Answer {
        if purpose != .reading, result.hasChangedRows { hasWritten = true }
        guard case .rows(let known) = wanted else { return Answer(tag: result.tag) }
        let columns = known ?? result.columns()
        guard columns.count == result.columnCount else {
            isBroken = true
            throw .corrupt(reason: "\(place) answers a statement with other columns than before")
        }
        return Answer(rows: result.rows(columns), columns: columns)
    }

    private func refusal(_ result: borrowing PostgresResult, _ purpose: PostgresPurpose) -> StorageError {
        switch result.error("C") ?? "" {
        // libpq's own words: it has lost the connection, or the thread of what is said on it.
        case "": return hungUp(purpose)
        // Statements are prepared otherwise than this connection knows.
        case "0A000", "26000", "42P05": isBroken = true
        case "25006" where purpose != .reading: isBroken = true
        default: break
        }
        return StorageError(result, purpose)
    }

    private func flush(_ purpose: PostgresPurpose, _ deadline: Instant) throws(StorageError) {
        try wait(for: POLLIN | POLLOUT, purpose, deadline) { () throws(StorageError) in
            switch PQflush(handle) {
            case 0: true
            case 1: false
            default: throw hungUp(purpose)
            }
        }
    }

    private func awaitResult(_ purpose: PostgresPurpose, _ deadline: Instant) throws(StorageError) {
        try wait(for: POLLIN, purpose, deadline) { PQisBusy(handle) == 0 }
    }

    /// Reads what comes until `isDone`; past the deadline once more at most, however much there is.
    private func wait(
        for events: Int32, _ purpose: PostgresPurpose, _ deadline: Instant,
        until isDone: () throws(StorageError) -> Bool
    ) throws(StorageError) {
        var isLast = false
        while try !isDone() {
            guard !isLast, PostgresSocket.wait(socket, events, until: deadline) else { throw late(purpose) }
            isLast = ContinuousClock.now >= deadline
            received += PostgresSocket.available(socket)
            guard received <= Self.answerBytes else { throw nonsense(purpose) }
            guard PQconsumeInput(handle) == 1 else { throw hungUp(purpose) }
        }
    }

    /// A COMMIT is never cancelled: a server that waits for its standby would give the waiting up, and let everybody
    /// see what the standby lacks. Nor is a statement that may have come so far: while it waits for a lock, the
    /// server's own time-outs end it, which do not reach into a commit.
    private func late(_ purpose: PostgresPurpose) -> StorageError {
        isBroken = true
        guard purpose.commits else {
            PostgresCancel.send(handle)
            return lost("the server at \(place) did not answer in time", purpose)
        }
        commit = .late
        return lost(
            "the server at \(place) did not confirm it in time: it hangs, or waits for a synchronous standby", purpose)
    }

    private func hungUp(_ purpose: PostgresPurpose) -> StorageError {
        isBroken = true
        return lost("the connection to \(place) was lost", purpose)
    }

    private func nonsense(_ purpose: PostgresPurpose) -> StorageError {
        isBroken = true
        return lost("\(place) answers what it was not asked, or without end", purpose)
    }

    private func lost(_ reason: String, _ purpose: PostgresPurpose) -> StorageError {
        purpose.commits ? .unknownOutcome(reason: reason) : .unavailable(reason: reason)
    }
}
