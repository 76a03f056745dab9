import Dispatch
import Secrets
import Synchronization

/// The servers that a URL names, of which one takes writes; and what is known of them.
///
/// Everything that connects to a store shares one of these. It remembers the highest timeline that it has seen: a
/// server of a lower one was a primary before a failover, and what it is told now is lost.
final class PostgresServers: Sendable {
    let description: String
    let isPrepared: Bool
    private let urls: [PostgresURL]
    private let options: PostgresOptions
    private let state = Mutex(State())

    private struct State {
        /// The one that was connected to last.
        var first = 0
        /// The highest, less one.
        var timeline: Int64 = 0
    }

    init(_ url: PostgresURL, _ options: PostgresOptions) {
        description = url.description
        isPrepared = url.isPrepared
        urls = url.servers
        self.options = options
    }

    /// Connects to the first server that takes writes, beginning with the one that was used last.
    ///
    /// Each has its share of the time, so that one that is silent keeps nobody from the others.
    func connect() throws(StorageError) -> PostgresConnection {
        let deadline = ContinuousClock.now + options.connect
        let first = state.withLock { $0.first }
        var refusals: [StorageError] = []
        for step in urls.indices {
            let index = (first + step) % urls.count
            let share = (deadline - .now) / (urls.count - step)
            do throws(StorageError) {
                let connection = try PostgresConnection(urls[index], options, before: .now + share)
                try admit(connection, of: index)
                return connection
            } catch {
                refusals.append(error)
            }
        }
        throw Self.together(refusals)
    }

    /// Asks every server, when there are several, and begins with the one of the highest timeline: a process that
    /// starts has seen none, and an old primary that is back takes writes too.
    func survey() async {
        guard urls.count > 1 else { return }
        let found = await withCheckedContinuation { continuation in
            let survey = Survey(urls.count, continuation)
            for (index, url) in urls.enumerated() {
                do throws(SystemError) {
                    try WorkerThread.start("postgres-survey", niceness: 0) { [options] in
                        // Half of the time, so that a silent server leaves as much for what comes after.
                        let connection = try? PostgresConnection(url, options, before: .now + options.connect / 2)
                        survey.note((connection?.timeline).map { (index, $0) })
                    }
                } catch {
                    survey.note(nil)
                }
            }
            // To look a name up has no end of ours.
            DispatchQueue.global().asyncAfter(deadline: .now() + options.connect / .seconds(1)) { survey.end() }
        }
        guard let best = found.first else { return }
        state.withLock { $0 = State(first: best.index, timeline: best.timeline) }
    }

    /// Whether a server of a higher timeline was met since the connection was made.
    func hasOutgrown(_ connection: PostgresConnection) -> Bool {
        connection.timeline < state.withLock { $0.timeline }
    }

    private func admit(_ connection: PostgresConnection, of index: Int) throws(StorageError) {
        let timeline = connection.timeline
        let highest = state.withLock { state in
            if timeline >= state.timeline { state = State(first: index, timeline: timeline) }
            return state.timeline
        }
        guard timeline < highest else { return }
        throw .unavailable(
            reason: "the server at \(connection.place) is on timeline \(timeline + 1), and timeline \(highest + 1) was "
                + "seen: it is a primary from before a failover, to be rewound or removed")
    }

    private static func together(_ refusals: [StorageError]) -> StorageError {
        guard refusals.count > 1 || refusals.isEmpty else { return refusals[0] }
        let reasons = refusals.map { refusal in
            if case .unavailable(let reason) = refusal { reason } else { refusal.description }
        }
        return .unavailable(reason: reasons.joined(separator: "; "))
    }
}

/// What the servers answer that are asked at once; told when all have, or at the end of the time.
private final class Survey: Sendable {
    typealias Found = [(index: Int, timeline: Int64)]

    private struct State {
        var missing: Int
        var found: Found = []
        var continuation: CheckedContinuation<Found, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int, _ continuation: CheckedContinuation<Found, Never>) {
        state = Mutex(State(missing: count, continuation: continuation))
    }

    /// - Parameter answer: Nil of a server that is not there, or takes no writes.
    func note(_ answer: (index: Int, timeline: Int64)?) {
        let isLast = state.withLock { state in
            if let answer { state.found.append(answer) }
            state.missing -= 1
            return state.missing == 0
        }
        if isLast { end() }
    }

    func end() {
        let (continuation, found) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.found)
        }
        // The highest timeline first; of several the one that the URL names first.
        continuation?.resume(returning: found.sorted { ($1.timeline, $0.index) < ($0.timeline, $1.index) })
    }
}
