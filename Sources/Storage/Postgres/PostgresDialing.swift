import CPostgres
import Foundation

/// Makes a connection to one address step by step, and gives up at the deadline.
struct PostgresDialing {
    private let url: PostgresURL
    private let options: PostgresOptions

    init(_ url: PostgresURL, _ options: PostgresOptions) {
        self.url = url
        self.options = options
    }

    func connect(before deadline: ContinuousClock.Instant) throws(StorageError) -> OpaquePointer {
        guard let handle = start() else {
            throw .unavailable(reason: "there is no memory for a connection")
        }
        // What the server remarks by the way would go to stderr, between the lines of the log.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        // The SQLSTATE of a refusal is told in its text alone.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        do throws(StorageError) {
            try proceed(handle, deadline)
            return handle
        } catch {
            if PQsocket(handle) >= 0 { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
            PQfinish(handle)
            throw error
        }
    }

    private func start() -> OpaquePointer? {
        var parameters = url.parameters.merging(PostgresTrust.authorities(for: url.parameters)) { given, _ in given }
        // A pooler refuses options at the start, since its connections are shared; there the role's settings count.
        if url.isPrepared {
            let timeouts = options.serverTimeouts(within: options.statement).map { "-c" + $0 }
            parameters["options"] = (timeouts + [parameters["options"] ?? ""]).joined(separator: " ")
        }
        let pairs = parameters.sorted { $0.key < $1.key }
        let keywords = pairs.map { strdup($0.key) }
        let values = pairs.map { strdup($0.value) }
        defer { (keywords + values).forEach { free($0) } }
        let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
        return PQconnectStartParams(keywordPointers, valuePointers, 0)
    }

    private func proceed(_ handle: OpaquePointer, _ deadline: ContinuousClock.Instant) throws(StorageError) {
        guard PQstatus(handle) != CONNECTION_BAD else { throw refusal(handle) }
        // libpq says what to wait for; before the first step it is to write.
        var step = PGRES_POLLING_WRITING
        while true {
            switch step {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
                let events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT
                guard PostgresSocket.wait(PQsocket(handle), events, until: deadline) else {
                    throw .unavailable(reason: "connecting to \(url.description) took too long")
                }
                step = PQconnectPoll(handle)
            default: throw refusal(handle)
            }
        }
    }

    private func refusal(_ handle: OpaquePointer) -> StorageError {
        let line = PostgresAdvice.connecting(PQerrorMessage(handle).map { String(cString: $0) } ?? "")
        return .unavailable(reason: line.isEmpty ? "\(url.description) refuses the connection" : line)
    }
}
