import Logging
import OAuth
import Synchronization
import TykvaVerifier

/// The keys of clients (RFC 7523 §3): as they were registered, or fetched from where the client publishes them.
///
/// - A fetched set is used for five minutes; when the client's server is down, for ten more.
/// - A key that is not in it leads to one fetch at most in 30 s.
/// - One fetch at a time a client, which all who wait share; after one that failed there is a pause.
package final class ClientKeySets: Sendable {
    private static let freshMilliseconds: Int64 = 5 * 60_000
    private static let usableMilliseconds: Int64 = 15 * 60_000
    private static let unknownKeyPause: Int64 = 30_000
    private static let failurePause: Int64 = 5_000

    private struct Entry {
        let url: String
        var keys: AssertionKeys?
        /// When they came; by the monotonic clock.
        var fetchedAt: Int64 = 0
        /// When the last fetch ended, well or not.
        var triedAt: Int64?
        var flight: Task<Void, Never>?

        func usable(at now: Int64) -> AssertionKeys? {
            now - fetchedAt < ClientKeySets.usableMilliseconds ? keys : nil
        }
    }

    private let fetch: @Sendable (String) async throws -> [UInt8]
    private let monotonic: @Sendable () -> Int64
    private let logger: Logger
    private let entries = Mutex<[ClientID: Entry]>([:])

    /// - Parameters:
    ///   - monotonic: Milliseconds from any beginning, never going back.
    ///   - fetch: Bounded in time and size.
    init(
        monotonic: @escaping @Sendable () -> Int64, logger: Logger,
        fetch: @escaping @Sendable (String) async throws -> [UInt8]
    ) {
        self.monotonic = monotonic
        self.logger = logger
        self.fetch = fetch
    }

    convenience init(_ requests: OutgoingRequests, clock: DeploymentClock, logger: Logger) {
        self.init(monotonic: { clock.monotonicNow() }, logger: logger) { url in
            try await requests.get(url, accept: "application/jwk-set+json, application/json")
        }
    }

    /// The key of a client for an algorithm; `unknown` too when there is no set to look in.
    func key(
        id: String?, for algorithm: TokenAlgorithm, of client: ClientID, _ keys: ClientKeys
    ) async -> AssertionKeys.Finding {
        switch keys {
        case .set(let json):
            return (try? AssertionKeys(json: Array(json.utf8)))?.key(id: id, for: algorithm) ?? .unknown
        case .url(let url):
            guard let known = await current(client, url) else { return .unknown }
            let finding = known.key(id: id, for: algorithm)
            guard case .unknown = finding else { return finding }
            return await renewed(client, url)?.key(id: id, for: algorithm) ?? .unknown
        }
    }

    private func current(_ client: ClientID, _ url: String) async -> AssertionKeys? {
        await keys(of: client, url) { entry, now in
            if entry.keys != nil, now - entry.fetchedAt < Self.freshMilliseconds { return false }
            return entry.triedAt.map { now - $0 >= Self.failurePause } ?? true
        }
    }

    private func renewed(_ client: ClientID, _ url: String) async -> AssertionKeys? {
        await keys(of: client, url) { entry, now in
            entry.triedAt.map { now - $0 >= Self.unknownKeyPause } ?? true
        }
    }

    /// The keys after the fetch that is under way, or that `mustFetch` wants.
    private func keys(
        of client: ClientID, _ url: String, mustFetch: (Entry, _ now: Int64) -> Bool
    ) async -> AssertionKeys? {
        let now = monotonic()
        let flight: Task<Void, Never>? = entries.withLock { entries in
            var entry = entries[client].flatMap { $0.url == url ? $0 : nil } ?? Entry(url: url)
            guard mustFetch(entry, now) else { return nil }
            if let flight = entry.flight { return flight }
            guard entries[client] != nil || Self.makeRoom(in: &entries) else { return nil }
            let flight = Task { await self.fly(client, url) }
            entry.flight = flight
            entries[client] = entry
            return flight
        }
        await flight?.value
        return entries.withLock { entries in
            entries[client].flatMap { $0.url == url ? $0.usable(at: monotonic()) : nil }
        }
    }

    /// A task of its own: a caller who goes away must not take the others' fetch along. Its time is bounded.
    private func fly(_ client: ClientID, _ url: String) async {
        var keys: AssertionKeys?
        do {
            keys = try AssertionKeys(json: try await fetch(url))
        } catch {
            logger.warning(
                "a client's keys could not be fetched", metadata: ["client": "\(client)", "reason": "\(error)"])
        }
        let now = monotonic()
        entries.withLock { entries in
            guard var entry = entries[client], entry.url == url else { return }
            entry.flight = nil
            entry.triedAt = now
            if let keys {
                entry.keys = keys
                entry.fetchedAt = now
            }
            entries[client] = entry
        }
    }

    /// Forgets the set that was tried longest ago; false when all of them are being fetched.
    private static func makeRoom(in entries: inout [ClientID: Entry]) -> Bool {
        guard entries.count >= Limits.cachedKeySets else { return true }
        let idle = entries.filter { $0.value.flight == nil }
        guard let oldest = idle.min(by: { $0.value.triedAt ?? .min < $1.value.triedAt ?? .min }) else { return false }
        entries[oldest.key] = nil
        return true
    }
}
