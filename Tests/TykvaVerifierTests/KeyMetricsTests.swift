import PrometheusText
import StrictFormats
import Testing

@testable import TykvaVerifier

/// What an operator sees of a verifier whose issuer is well, down and back again; nothing runs but the checks.
@Suite(.timeLimit(.minutes(15))) struct KeyMetricsTests {
    private let issuer = FakeIssuer()
    private let time = ManualTime()
    private let metrics = PrometheusMetrics()
    private let forge = TokenForge.es256

    private func value(_ name: String) -> Double? {
        let lines = metrics.exposition().split(separator: "\n")
        return lines.first { $0.hasPrefix("tykva_verifier_jwks_\(name) ") }?.split(separator: " ").last.flatMap {
            Double($0)
        }
    }

    private func expect(
        fetches: Double, failures: Double, age: Double?, usable: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(value("fetches_total") == fetches, sourceLocation: sourceLocation)
        #expect(value("failures_total") == failures, sourceLocation: sourceLocation)
        if let age { #expect(value("age_seconds") == age, sourceLocation: sourceLocation) }
        #expect(value("usable_seconds") == usable, sourceLocation: sourceLocation)
    }

    @Test func `the metrics tell each stage of an outage, by the checks alone`() async throws {
        let keys = RemoteJWKSet(
            origin: .keys(try RemoteDocument(FakeIssuer.keysURL)), fetcher: issuer, time: time.time, metrics: metrics)
        let verifier = try forge.verifier(keys: .remote(keys), cache: VerifiedTokenCacheLimits())
        let token = try forge.token()

        issuer.setDown(true)
        #expect(await refusal(of: token, by: verifier)?.check == .keysUnavailable)
        expect(fetches: 1, failures: 1, age: nil, usable: 0)

        try issuer.publish(forge, maxAgeSeconds: 100)
        issuer.setDown(false)
        time.advance(by: .seconds(1))
        #expect(await refusal(of: token, by: verifier) == nil)
        expect(fetches: 2, failures: 1, age: 0, usable: 700)

        // Down again: a check past the max-age waits for one attempt, then the known keys go on.
        issuer.setDown(true)
        time.advance(by: .seconds(100))
        #expect(await refusal(of: token, by: verifier) == nil)
        expect(fetches: 3, failures: 2, age: 100, usable: 600)

        for (pause, usable, failures) in [(10, 590.0, 3.0), (300, 290, 4), (289, 1, 5)] {
            time.advance(by: .seconds(pause))
            #expect(await refusal(of: token, by: verifier) == nil)
            #expect(value("usable_seconds") == usable)
            // The attempt in the background first, then what it writes down.
            try await eventually { issuer.requests.count > Int(failures) }
            try await eventually { value("failures_total") == failures && value("age_seconds") == 700 - usable }
            expect(fetches: failures + 1, failures: failures, age: 700 - usable, usable: usable)
        }

        time.advance(by: .seconds(1))
        #expect(await refusal(of: token, by: verifier)?.check == .keysUnavailable)
        #expect(value("usable_seconds") == 0)

        issuer.setDown(false)
        time.advance(by: .seconds(30))
        #expect(await refusal(of: token, by: verifier) == nil)
        #expect(value("usable_seconds") == 700)
        #expect(value("age_seconds") == 0)
    }

    @Test func `an unknown kid without the issuer is refused as one, and the failure shows`() async throws {
        let keys = RemoteJWKSet(
            origin: .keys(try RemoteDocument(FakeIssuer.keysURL)), fetcher: issuer, time: time.time, metrics: metrics)
        let verifier = try forge.verifier(keys: .remote(keys))
        try issuer.publish(forge)
        #expect(try await refusal(of: forge.token(), by: verifier) == nil)
        issuer.setDown(true)
        time.advance(by: .seconds(30))
        #expect(try await refusal(of: TokenForge.otherES256.token(), by: verifier)?.check == .unknownKey)
        expect(fetches: 2, failures: 1, age: 30, usable: 870)
        #expect(try await refusal(of: forge.token(), by: verifier) == nil)
    }
}
