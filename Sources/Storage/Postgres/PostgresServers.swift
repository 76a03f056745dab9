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
    private let resolver: PostgresNames.Resolver
    private let state = Mutex(State())

    private struct State {
        /// The one that was connected to last, and at which of its addresses when its name was looked up.
        var first = 0
        var address: String?
        /// The highest, less one.
        var timeline: Int64 = 0
    }

    init(
        _ url: PostgresURL, _ options: PostgresOptions,
        resolver: @escaping PostgresNames.Resolver = PostgresNames.system
    ) {
        description = url.description
        isPrepared = url.isPrepared
        urls = url.servers
        self.options = options
        self.resolver = resolver
    }

    /// Connects to the first server that takes writes, beginning with the one that was used last.
    func connect() throws(StorageError) -> PostgresConnection {
        let first = state.withLock { $0.first }
        let order = urls.indices.map { (first + $0) % urls.count }
        return try Self.first(of: order, before: .now + options.connect) { index, deadline throws(StorageError) in
            try dial(urls[index], before: deadline) { connection, address throws(StorageError) in
                try admit(connection, of: index, at: address)
            }
        }
    }

    /// Connects to one server, at whichever of its addresses answers, beginning with the one that was used last.
    private func dial(
        _ url: PostgresURL, before deadline: ContinuousClock.Instant,
        _ admit: (PostgresConnection, _ address: String?) throws(StorageError) -> Void
    ) throws(StorageError) -> PostgresConnection {
        let last = state.withLock { $0.address }
        let found = try PostgresNames.resolved(url, before: deadline, by: resolver)
        let order = found.filter { $0.address == last } + found.filter { $0.address != last }
        return try Self.first(of: order, before: deadline) { url, deadline throws(StorageError) in
            let connection = try PostgresConnection(url, options, before: deadline)
            try admit(connection, url.address)
            return connection
        }
    }

    /// The first connection that can be had. Each try has its share of the time, so that a server or an address that
    /// is silent keeps nobody from the others.
    private static func first<Place>(
        of places: [Place], before deadline: ContinuousClock.Instant,
        _ connect: (Place, ContinuousClock.Instant) throws(StorageError) -> PostgresConnection
    ) throws(StorageError) -> PostgresConnection {
        var refusals: [StorageError] = []
        for (index, place) in places.enumerated() {
            let share = (deadline - .now) / (places.count - index)
            do throws(StorageError) {
                return try connect(place, .now + share)
            } catch {
                refusals.append(error)
            }
        }
        throw together(refusals)
    }

    /// Asks every server, when there are several, and begins with the one of the highest timeline: a process that
    /// starts has seen none, and an old primary that is back takes writes too.
    func survey() async {
        guard urls.count > 1 else { return }
        let found = await withCheckedContinuation { continuation in
            let survey = Survey(urls.count, continuation)
            for (index, url) in urls.enumerated() {
                do throws(SystemError) {
                    try WorkerThread.start("postgres-survey", niceness: 0) { [self] in
                        // Half of the time, so that a silent server leaves as much for what comes after.
                        let connection = try? dial(url, before: .now + options.connect / 2) { _, _ in }
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

    /// Whether a server of a higher timeline was met.
    func hasOutgrown(_ timeline: Int64) -> Bool { timeline < state.withLock { $0.timeline } }

    private func admit(
        _ connection: PostgresConnection, of index: Int, at address: String?
    ) throws(StorageError) {
        let timeline = connection.timeline
        let highest = state.withLock { state in
            if timeline >= state.timeline { state = State(first: index, address: address, timeline: timeline) }
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
