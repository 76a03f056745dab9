import CPostgres
import Foundation

/// One connection to a server, used by one thread at a time; every wait on it has a deadline.
///
/// libpq is used without blocking, because a server that was stopped never ends its own time-outs. After a failure of
/// the connection itself, or past a deadline, it is broken and must be thrown away.
final class PostgresConnection {
    /// The server's timeline when the connection was made, less one: it grows with each failover.
    private(set) var timeline: Int64 = 0
    private(set) var isBroken = false
    let options: PostgresOptions
    let place: String
    private let handle: OpaquePointer
    private let isPrepared: Bool
    private var statements: [String: Prepared] = [:]

    private struct Prepared {
        let name: String
        let columns: [String]?
    }

    /// Statements with filters make a bounded number of texts; more than this is none of ours.
    private static let preparedLimit = 512

    typealias Instant = ContinuousClock.Instant

    /// Connects, and refuses a server that this program cannot work with.
    ///
    /// - Parameter url: Of one server alone.
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
        // What a stopped server has not taken must not hold us up: libpq would try to say good-bye.
        if isBroken { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
        PQfinish(handle)
    }

    var socket: Int32 { PQsocket(handle) }

    /// Whether the server has hung up while nothing was asked of it.
    func hasHungUp() -> Bool {
        // A last word comes before the end, so what is there is read until there is nothing.
        while !isBroken, PostgresSocket.isReady(socket, POLLIN) {
            if PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK { isBroken = true }
        }
        return isBroken
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
        guard isPrepared else {
            let sent = try PostgresBinds.with(sql.binds) { binds in
                PQsendQueryParams(
                    handle, text, binds.count, binds.types, binds.values, binds.lengths, binds.formats, 1)
            }
            return try answer(sent == 1, nil, purpose, deadline).rows
        }
        let prepared = try prepare(text, sql.binds, before: deadline)
        let sent = try PostgresBinds.with(sql.binds) { binds in
            PQsendQueryPrepared(
                handle, prepared.name, binds.count, binds.values, binds.lengths, binds.formats, 1)
        }
        let answer = try answer(sent == 1, prepared.columns, purpose, deadline)
        if prepared.columns == nil { statements[text] = Prepared(name: prepared.name, columns: answer.columns) }
        return answer.rows
    }

    /// Runs statements without values or rows: a migration's, or `COMMIT`.
    func control(_ text: String, _ purpose: PostgresPurpose, before deadline: Instant) throws(StorageError) {
        _ = try answer(PQsendQuery(handle, text) == 1, [], purpose, deadline)
    }

    /// Ends a transaction without keeping anything of it; when that fails, the connection is thrown away.
    func rollBack(before deadline: Instant) {
        guard !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        try? control("ROLLBACK", .writing, before: deadline)
        if PQtransactionStatus(handle) != PQTRANS_IDLE { isBroken = true }
    }

    /// Never to be used again: for a server that turned out not to be the right one.
    func giveUp() { isBroken = true }

    private func prepare(
        _ text: String, _ binds: [SQLValue], before deadline: Instant
    ) throws(StorageError) -> Prepared {
        if let known = statements[text] { return known }
        guard statements.count < Self.preparedLimit else {
            throw .invalidStatement(reason: "there are more than \(Self.preparedLimit) different statements")
        }
        let name = "s\(statements.count)"
        let types = binds.map { PostgresBinds.type($0.type) }
        let sent = PQsendPrepare(handle, name, text, Int32(types.count), types)
        _ = try answer(sent == 1, [], .writing, deadline)
        let new = Prepared(name: name, columns: nil)
        statements[text] = new
        return new
    }

    /// Waits for everything that belongs to what was sent; the first refusal counts.
    private func answer(
        _ isSent: Bool, _ columns: [String]?, _ purpose: PostgresPurpose, _ deadline: Instant
    ) throws(StorageError) -> (rows: [Row], columns: [String]) {
        guard isSent else { throw hungUp(.writing) }
        try flush(purpose, deadline)
        var answer: (rows: [Row], columns: [String]) = ([], columns ?? [])
        var failure: StorageError?
        while true {
            try awaitResult(purpose, deadline)
            guard let pointer = PQgetResult(handle) else { break }
            let result = PostgresResult(pointer)
            guard result.isSuccess else {
                failure = failure ?? StorageError(result, purpose)
                if result.error("C") == "25006", purpose != .reading { isBroken = true }
                continue
            }
            let names = columns ?? result.columns()
            answer = (result.rows(names), names)
        }
        if PQstatus(handle) != CONNECTION_OK { isBroken = true }
        if let failure { throw failure }
        return answer
    }

    private func flush(_ purpose: PostgresPurpose, _ deadline: Instant) throws(StorageError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                guard PostgresSocket.wait(socket, POLLIN | POLLOUT, until: deadline) else { throw late(purpose) }
                guard PQconsumeInput(handle) == 1 else { throw hungUp(purpose) }
            default: throw hungUp(purpose)
            }
        }
    }

    private func awaitResult(_ purpose: PostgresPurpose, _ deadline: Instant) throws(StorageError) {
        while PQisBusy(handle) == 1 {
            guard PostgresSocket.wait(socket, POLLIN, until: deadline) else { throw late(purpose) }
            guard PQconsumeInput(handle) == 1 else { throw hungUp(purpose) }
        }
    }

    private func late(_ purpose: PostgresPurpose) -> StorageError {
        isBroken = true
        guard purpose == .committing else { return lost("the server at \(place) did not answer in time", purpose) }
        return lost(
            "the server at \(place) did not confirm it in time: it hangs, or waits for a synchronous standby", purpose)
    }

    private func hungUp(_ purpose: PostgresPurpose) -> StorageError {
        isBroken = true
        return lost("the connection to \(place) was lost", purpose)
    }

    private func lost(_ reason: String, _ purpose: PostgresPurpose) -> StorageError {
        purpose == .committing ? .unknownOutcome(reason: reason) : .unavailable(reason: reason)
    }
}
