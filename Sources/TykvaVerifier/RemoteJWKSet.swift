public import AsyncHTTPClient
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// The key set of an issuer, fetched over HTTP and kept fresh.
///
/// - A set is used for its `max-age`, taken between 30 s and 24 h (300 s when none is said), and fetched anew in the
///   background when four fifths of that are over.
/// - An unknown `kid` leads to one fetch at most in a cooldown of 30 s, whatever the number of callers.
/// - When the last key of a set begins to sign, which was published as the successor, the one after it is looked for
///   5 s later, once for each set: so the next key is known before it is met, though it may follow soon.
/// - When the issuer cannot be reached the known keys go on for `staleIfErrorSeconds`; then checks fail with
///   ``TokenVerificationError/Check/keysUnavailable``.
/// - A fetch is bounded in time and size, follows no redirect, and all who wait share it.
///
/// It needs no running service, but as a service it fetches before the first request and never lets a caller wait.
public final class RemoteJWKSet: Service, Sendable {
    private struct Guarded {
        var keys: RemoteKeyState
        var flight: Task<Void, Never>?
    }

    private let origin: KeySetOrigin
    private let fetcher: any DocumentFetcher
    private let time: MonotonicTime
    private let logger: Logger
    private let guarded: Mutex<Guarded>

    // Read by every check of a cached token, so they are not behind the lock.
    private let epoch = Atomic<UInt64>(0)
    private let settledUntil = Atomic<Int64>(.min)

    private let fetches: Counter
    private let failures: Counter
    private let ageSeconds: Gauge
    private let usableSeconds: Gauge

    /// The set at a URL.
    ///
    /// - Parameters:
    ///   - jwksURL: An https URL; http on loopback only.
    ///   - staleIfErrorSeconds: How long known keys go on after their max-age without the issuer: 0…86,400.
    ///   - timeoutSeconds: For one whole fetch: 1…60.
    ///   - client: The application's own client, for example with its own roots of trust; redirects that it follows
    ///     are refused.
    /// - Throws: ``TokenVerifierConfigurationError`` for any other URL or bounds.
    public convenience init(
        jwksURL: String, staleIfErrorSeconds: Int = 600, timeoutSeconds: Int = 5, client: HTTPClient? = nil,
        logger: Logger = Logger(label: "tykva.verifier")
    ) throws(TokenVerifierConfigurationError) {
        self.init(
            origin: .keys(try RemoteDocument(jwksURL)),
            fetcher: try Self.fetcher(client, timeoutSeconds), policy: try Self.policy(staleIfErrorSeconds),
            logger: logger)
    }

    /// The set that an issuer's metadata names.
    ///
    /// - Parameters:
    ///   - issuer: The issuer, exactly as it stands in its metadata and in `iss`.
    ///   - staleIfErrorSeconds: How long known keys go on after their max-age without the issuer: 0…86,400.
    ///   - timeoutSeconds: For one whole fetch, of which there are two: 1…60.
    ///   - client: The application's own client, for example with its own roots of trust; redirects that it follows
    ///     are refused.
    /// - Throws: ``TokenVerifierConfigurationError`` when the issuer is no https URL (http on loopback only).
    public convenience init(
        discoveryOf issuer: String, staleIfErrorSeconds: Int = 600, timeoutSeconds: Int = 5,
        client: HTTPClient? = nil, logger: Logger = Logger(label: "tykva.verifier")
    ) throws(TokenVerifierConfigurationError) {
        self.init(
            origin: .metadata(try RemoteDocument(metadataOf: issuer), issuer: issuer),
            fetcher: try Self.fetcher(client, timeoutSeconds), policy: try Self.policy(staleIfErrorSeconds),
            logger: logger)
    }

    init(
        origin: KeySetOrigin, fetcher: any DocumentFetcher, policy: RemoteKeyState.Policy = .init(),
        time: MonotonicTime = .system, logger: Logger = Logger(label: "tykva.verifier"),
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.origin = origin
        self.fetcher = fetcher
        self.time = time
        self.logger = logger
        self.guarded = Mutex(Guarded(keys: RemoteKeyState(policy: policy)))
        self.fetches = Counter(label: "tykva_verifier_jwks_fetches_total", factory: metrics)
        self.failures = Counter(label: "tykva_verifier_jwks_failures_total", factory: metrics)
        self.ageSeconds = Gauge(label: "tykva_verifier_jwks_age_seconds", factory: metrics)
        self.usableSeconds = Gauge(label: "tykva_verifier_jwks_usable_seconds", factory: metrics)
    }

    /// Keeps the set fresh until the graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = self.guarded.withLock { $0.keys.pause(at: self.time.now()) }
                if pause > .zero {
                    // Waking at least once a minute keeps the metrics true where nobody asks.
                    guard (try? await self.time.sleep(min(pause, .seconds(60)))) != nil else { return }
                    self.recordState()
                } else {
                    await self.flight().value
                }
            }
        }
    }

    private static func fetcher(
        _ client: HTTPClient?, _ timeoutSeconds: Int
    ) throws(TokenVerifierConfigurationError) -> HTTPDocumentFetcher {
        guard (1...60).contains(timeoutSeconds) else {
            throw TokenVerifierConfigurationError("the timeout for fetching keys must be 1 to 60 seconds")
        }
        return HTTPDocumentFetcher(
            client: client ?? HTTPDocumentFetcher.sharedClient, timeout: .seconds(timeoutSeconds))
    }

    private static func policy(_ staleIfErrorSeconds: Int) throws(TokenVerifierConfigurationError)
        -> RemoteKeyState.Policy
    {
        guard (0...86_400).contains(staleIfErrorSeconds) else {
            throw TokenVerifierConfigurationError("keys can go on without the issuer for 0 to 86400 seconds")
        }
        return RemoteKeyState.Policy(staleIfError: .seconds(staleIfErrorSeconds))
    }
}

extension RemoteJWKSet {
    /// The epoch of the keys, when nothing needs to be decided; takes no lock.
    var settledEpoch: UInt64? {
        time.now().nanoseconds < settledUntil.load(ordering: .acquiring) ? epoch.load(ordering: .acquiring) : nil
    }

    /// The keys, when nothing needs to be decided.
    var settled: KeySnapshot? {
        settledEpoch == nil ? nil : guarded.withLock { $0.keys.snapshot }
    }

    func current() async throws(TokenVerificationError) -> KeySnapshot {
        // Whoever checks a token comes here unless the keys are settled, so an outage shows without a running service.
        defer { recordState() }
        // Two rounds: one that may end in waiting for a fetch, one that takes what it brought.
        for _ in 0..<2 {
            switch guarded.withLock({ $0.keys.decide(at: time.now()) }) {
            case .use(let snapshot, let refresh):
                if refresh { _ = flight() }
                return snapshot
            case .fetch:
                await flight().value
            case .unavailable(let retryAfter):
                throw unavailable(retryAfter: retryAfter)
            }
        }
        throw unavailable(retryAfter: .seconds(1))
    }

    /// The keys after an attempt to find one that is not in `snapshot`, if the cooldown lets it.
    func refreshed(after snapshot: KeySnapshot) async -> KeySnapshot {
        let flight: Task<Void, Never>? = guarded.withLock { guarded in
            guard guarded.flight == nil, guarded.keys.snapshot?.epoch == snapshot.epoch else { return guarded.flight }
            return guarded.keys.mayFetchForUnknownKey(at: time.now()) ? startFlight(&guarded) : nil
        }
        await flight?.value
        return guarded.withLock { $0.keys.snapshot } ?? snapshot
    }

    /// The epoch of the set beyond which was looked, or will be in a moment.
    var lookedBeyond: UInt64? { guarded.withLock { $0.keys.lookedBeyond } }

    /// Looks for the keys that follow a set, now that its last one signs.
    func lookBeyond(_ snapshot: KeySnapshot) {
        guard guarded.withLock({ $0.keys.mayLookBeyond(snapshot) }) else { return }
        Task { [weak self, time = self.time] in
            guard (try? await time.sleep(RemoteKeyState.lookAheadDelay)) != nil, let self else { return }
            let isWorthIt = self.guarded.withLock { $0.keys.isWorthLookingBeyond(snapshot, at: time.now()) }
            if isWorthIt { await self.flight().value }
        }
    }

    private func unavailable(retryAfter: Duration) -> TokenVerificationError {
        let error = guarded.withLock { $0.keys.lastError } ?? "they were not fetched yet"
        let seconds = max(1, Int(retryAfter.components.seconds) + (retryAfter.components.attoseconds > 0 ? 1 : 0))
        return TokenVerificationError(
            .keysUnavailable, "the keys of the issuer cannot be had: \(error)", retryAfterSeconds: seconds)
    }

    /// The one fetch under way, begun now if there is none.
    private func flight() -> Task<Void, Never> {
        guarded.withLock { $0.flight ?? startFlight(&$0) }
    }

    /// A task of its own: a caller who goes away must not take the others' fetch along. Its time is bounded.
    private func startFlight(_ guarded: inout Guarded) -> Task<Void, Never> {
        let flight = Task { await self.fetch() }
        guarded.flight = flight
        return flight
    }

    private func fetch() async {
        fetches.increment()
        let outcome: Result<(set: JWKSet, maxAgeSeconds: Int?), DocumentFetchError>
        do {
            outcome = .success(try await fetchSet())
        } catch {
            outcome = .failure(error)
        }
        let now = time.now()
        let (changed, keyIDs) = guarded.withLock { guarded in
            let before = guarded.keys.snapshot?.epoch
            switch outcome {
            case .success(let (set, maxAgeSeconds)):
                guarded.keys.succeeded(set, maxAge: maxAgeSeconds.map { .seconds($0) }, at: now)
            case .failure(let error):
                guarded.keys.failed(error.description, at: now)
            }
            guarded.flight = nil
            epoch.store(guarded.keys.snapshot?.epoch ?? 0, ordering: .releasing)
            settledUntil.store(guarded.keys.settledUntil?.nanoseconds ?? .min, ordering: .releasing)
            return (guarded.keys.snapshot?.epoch != before, guarded.keys.snapshot?.set.keyIDs ?? [])
        }
        recordState()
        if case .failure(let error) = outcome {
            failures.increment()
            logger.warning("the issuer's keys could not be refreshed", metadata: ["reason": "\(error)"])
        } else if changed {
            let shown = keyIDs.map(TokenVerificationError.shown).joined(separator: " ")
            logger.info("the issuer's keys have changed", metadata: ["keys": "\(shown)"])
        }
    }

    private func fetchSet() async throws(DocumentFetchError) -> (set: JWKSet, maxAgeSeconds: Int?) {
        let (document, fetched) = try await origin.fetch(by: fetcher)
        do {
            return (try JWKSet(json: fetched.bytes), fetched.maxAgeSeconds)
        } catch {
            throw DocumentFetchError("\(document.url) is no usable key set: \(error)")
        }
    }

    private func recordState() {
        let now = time.now()
        let (age, usable) = guarded.withLock { ($0.keys.age(at: now), $0.keys.usableTime(at: now)) }
        if let age { ageSeconds.record(age.components.seconds) }
        usableSeconds.record(usable.components.seconds)
    }
}

extension Duration {
    /// Whole nanoseconds; times of a process's life fit.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow
            ? (seconds < 0 ? .min : .max) : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}
