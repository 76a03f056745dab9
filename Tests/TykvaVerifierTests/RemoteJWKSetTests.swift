import Crypto
import Logging
import ServiceLifecycle
import StrictFormats
import Testing

@testable import TykvaVerifier

/// The remote key set with its network and its clock replaced.
@Suite(.timeLimit(.minutes(15))) struct RemoteJWKSetTests {
    private let issuer = FakeIssuer()
    private let time = ManualTime()
    private let forge = TokenForge.es256

    private func remote(
        discovery: Bool = false, policy: RemoteKeyState.Policy = .init()
    ) throws -> RemoteJWKSet {
        let origin: KeySetOrigin =
            discovery
            ? .metadata(try RemoteDocument(metadataOf: TokenForge.issuer), issuer: TokenForge.issuer)
            : .keys(try RemoteDocument(FakeIssuer.keysURL))
        return RemoteJWKSet(origin: origin, fetcher: issuer, policy: policy, time: time.time)
    }

    @Test func `nothing is fetched before a token with a good header comes`() async throws {
        try issuer.publish(forge)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        #expect(await refusal(of: "rubbish", by: verifier)?.check == .parts)
        let header = #"{"alg":"none","typ":"at+jwt","kid":"key-1"}"#
        let hostile = try forge.token(header: header, claims: TokenForge.claims.encoded())
        #expect(await refusal(of: hostile, by: verifier)?.check == .algorithm)
        #expect(issuer.requests.isEmpty)
        #expect(try await verifier.verify(try forge.token()).subject == "u_1")
        #expect(issuer.requests == [FakeIssuer.keysURL])
    }

    @Test func `a hundred cold checks at once fetch once`() async throws {
        try issuer.publish(forge)
        issuer.hold()
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let token = try forge.token()
        let started = TaskCounter()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    started.increment()
                    return try await verifier.verify(token).subject
                }
            }
            try await eventually { started.count == 100 && issuer.waiting == 1 }
            issuer.release()
            for try await subject in group { #expect(subject == "u_1") }
        }
        #expect(issuer.requests.count == 1)
    }

    @Test func `a caller who gives up does not take the fetch along`() async throws {
        try issuer.publish(forge)
        issuer.hold()
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let token = try forge.token()
        let first = Task { await refusal(of: token, by: verifier) }
        try await eventually { issuer.waiting == 1 }
        let second = Task { await refusal(of: token, by: verifier) }
        first.cancel()
        issuer.release()
        #expect(await second.value == nil)
        #expect(issuer.requests.count == 1)
    }

    @Test func `a flood of unknown kids fetches once in a cooldown`() async throws {
        try issuer.publish(forge)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        _ = try await verifier.verify(try forge.token())
        let stranger = TokenForge.otherES256
        func flood() async throws {
            for number in 0..<50 {
                let token = try TokenForge(kid: "x\(number)", algorithm: .es256, signer: stranger.signer).token()
                #expect(await refusal(of: token, by: verifier)?.check == .unknownKey)
            }
        }
        try await flood()
        #expect(issuer.requests.count == 1)
        time.advance(by: .seconds(29))
        try await flood()
        #expect(issuer.requests.count == 1)
        time.advance(by: .seconds(1))
        try await flood()
        #expect(issuer.requests.count == 2)
    }

    @Test func `an unknown kid finds a key that was published since`() async throws {
        try issuer.publish(forge)
        let verifier = try forge.verifier(keys: .remote(try remote()), cache: VerifiedTokenCacheLimits())
        _ = try await verifier.verify(try forge.token())
        try issuer.publish(forge, .otherES256)
        let token = try TokenForge.otherES256.token()
        #expect(await refusal(of: token, by: verifier)?.check == .unknownKey)
        time.advance(by: .seconds(30))
        #expect(try await verifier.verify(token).subject == "u_1")
        #expect(issuer.requests.count == 2)
    }

    @Test func `a key that left the set stops working when its max-age is over, remembered or not`() async throws {
        for cache in [nil, VerifiedTokenCacheLimits()] {
            let issuer = FakeIssuer()
            try issuer.publish(forge, .otherES256, maxAgeSeconds: 100)
            let remote = RemoteJWKSet(
                origin: .keys(try RemoteDocument(FakeIssuer.keysURL)), fetcher: issuer, time: time.time)
            let verifier = try forge.verifier(keys: .remote(remote), cache: cache)
            let token = try forge.token()
            _ = try await verifier.verify(token)
            _ = try await verifier.verify(token)
            try issuer.publish(.otherES256, maxAgeSeconds: 100)
            time.advance(by: .seconds(79))
            _ = try await verifier.verify(token)
            #expect(issuer.requests.count == 1)
            time.advance(by: .seconds(21))
            #expect(await refusal(of: token, by: verifier)?.check == .unknownKey)
            #expect(issuer.requests.count == 2)
        }
    }

    @Test func `a key that is changed under its kid takes along what the former one signed`() async throws {
        let other = TokenForge(kid: forge.kid, algorithm: .es256, signer: .es256(P256.Signing.PrivateKey()))
        try issuer.publish(forge, maxAgeSeconds: 100)
        let verifier = try forge.verifier(keys: .remote(try remote()), cache: VerifiedTokenCacheLimits())
        let (former, new) = (try forge.token(), try other.token())
        #expect(await refusal(of: former, by: verifier) == nil)
        #expect(await refusal(of: new, by: verifier)?.check == .signature)
        try issuer.publish(other, maxAgeSeconds: 100)
        time.advance(by: .seconds(100))
        #expect(await refusal(of: former, by: verifier)?.check == .signature)
        #expect(await refusal(of: new, by: verifier) == nil)
    }

    @Test func `newer keys are fetched in the background before the old ones end`() async throws {
        try issuer.publish(forge, maxAgeSeconds: 100)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let token = try forge.token()
        _ = try await verifier.verify(token)
        issuer.hold()
        time.advance(by: .seconds(80))
        for _ in 0..<10 { _ = try await verifier.verify(token) }
        try await eventually { issuer.waiting == 1 }
        issuer.release()
        try await eventually { issuer.requests.count == 2 }
        time.advance(by: .seconds(79))
        _ = try await verifier.verify(token)
        #expect(issuer.requests.count == 2)
    }

    @Test func `without the issuer the known keys go on, and then end`() async throws {
        try issuer.publish(forge, maxAgeSeconds: 100)
        let verifier = try forge.verifier(keys: .remote(try remote()), cache: VerifiedTokenCacheLimits())
        var claims = TokenForge.claims
        claims["exp"] = .integer(Int64(TokenForge.now) + 86_400)
        let token = try forge.token(claims: claims)
        _ = try await verifier.verify(token)
        issuer.setDown(true)
        time.advance(by: .seconds(100))
        _ = try await verifier.verify(token)
        #expect(issuer.requests.count == 2)
        for _ in 0..<20 { _ = try await verifier.verify(token) }
        #expect(issuer.requests.count == 2, "the next attempt waits its time")
        time.advance(by: .seconds(599))
        _ = try await verifier.verify(token)
        try await eventually { issuer.requests.count == 3 }
        time.advance(by: .seconds(1))
        let error = try #require(await refusal(of: token, by: verifier))
        #expect(error.check == .keysUnavailable)
        #expect(error.code == nil)
        #expect(error.reason.contains("is down"))
        #expect((1...30).contains(try #require(error.retryAfterSeconds)))
        issuer.setDown(false)
        time.advance(by: .seconds(30))
        #expect(try await verifier.verify(token).subject == "u_1")
    }

    @Test func `an issuer that is down at the start is asked again after 1, 2, 4 … 30 seconds`() async throws {
        issuer.setDown(true)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let token = try forge.token()
        var expected = 0
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            expected += 1
            for _ in 0..<5 { #expect(await refusal(of: token, by: verifier)?.check == .keysUnavailable) }
            #expect(issuer.requests.count == expected)
            #expect(await refusal(of: token, by: verifier)?.retryAfterSeconds == pause)
            time.advance(by: .seconds(pause) - .milliseconds(1))
            #expect(await refusal(of: token, by: verifier)?.check == .keysUnavailable)
            #expect(issuer.requests.count == expected)
            time.advance(by: .milliseconds(1))
        }
        try issuer.publish(forge)
        issuer.setDown(false)
        #expect(try await verifier.verify(token).subject == "u_1")
    }

    @Test func `a bad set never replaces a good one`() async throws {
        try issuer.publish(forge, maxAgeSeconds: 30)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let token = try forge.token()
        _ = try await verifier.verify(token)
        let bad = ["", "{}", "<html>", #"{"keys":[{"kty":"oct","k":"AA"}]}"#]
        for (fetches, document) in bad.enumerated() {
            issuer.publish(document, at: FakeIssuer.keysURL)
            time.advance(by: .seconds(31))
            _ = try await verifier.verify(token)
            try await eventually { issuer.requests.count == fetches + 2 }
        }
    }

    @Test(arguments: [
        (nil, 300), (0, 30), (10, 30), (300, 300), (3600, 3600), (86_400, 86_400), (10_000_000, 86_400),
        (Int.max, 86_400),
    ])
    func `the max-age is taken between 30 seconds and a day`(said: Int?, taken: Int) throws {
        var state = RemoteKeyState(policy: .init())
        state.succeeded(try TokenForge.keySet(forge), maxAge: said.map { .seconds($0) }, at: .zero)
        #expect(state.settledUntil == .seconds(taken) * 4 / 5)
        #expect(state.pause(at: .zero) == .seconds(taken) * 4 / 5)
        #expect(state.pause(at: .seconds(200_000)) == .zero)
    }

    @Test func `discovery takes the keys of metadata that is the issuer's own`() async throws {
        try issuer.publish(forge)
        let token = try forge.token()
        let keys = #""jwks_uri":"\#(FakeIssuer.keysURL)""#
        issuer.publish(#"{"issuer":"\#(TokenForge.issuer)",\#(keys)}"#, at: FakeIssuer.metadataURL)
        let verifier = try forge.verifier(keys: .remote(try remote(discovery: true)))
        #expect(try await verifier.verify(token).subject == "u_1")
        #expect(issuer.requests == [FakeIssuer.metadataURL, FakeIssuer.keysURL])
        for metadata in [
            #"{"issuer":"https://evil.example",\#(keys)}"#, #"{"issuer":"\#(TokenForge.issuer)/",\#(keys)}"#,
            "{\(keys)}",
            #"{"issuer":["\#(TokenForge.issuer)"],\#(keys)}"#, #"{"issuer":"\#(TokenForge.issuer)"}"#,
            #"{"issuer":"\#(TokenForge.issuer)","jwks_uri":"http://auth.example.com/jwks"}"#,
            #"{"issuer":"\#(TokenForge.issuer)","jwks_uri":"file:///etc/passwd"}"#,
            #"{"issuer":"\#(TokenForge.issuer)","jwks_uri":1}"#,
            #"{"issuer":"\#(TokenForge.issuer)","issuer":"\#(TokenForge.issuer)",\#(keys)}"#, "[]", "",
        ] {
            issuer.publish(metadata, at: FakeIssuer.metadataURL)
            let verifier = try forge.verifier(keys: .remote(try remote(discovery: true)))
            #expect(await refusal(of: token, by: verifier)?.check == .keysUnavailable, "\(metadata)")
        }
    }

    @Test func `as a service it fetches at once, keeps fresh and ends with the application`() async throws {
        try issuer.publish(forge, maxAgeSeconds: 100)
        let verifier = try forge.verifier(keys: .remote(try remote()))
        let group = ServiceGroup(
            configuration: .init(
                services: [verifier],
                logger: .init(
                    label: "test",
                    factory: { _ in
                        SwiftLogNoOpLogHandler()
                    })))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually { issuer.requests.count == 1 && time.sleepers == 1 }
            _ = try await verifier.verify(try forge.token())
            #expect(issuer.requests.count == 1)
            for wanted in 2...4 {
                time.advance(by: .seconds(60))
                try await eventually { time.sleepers == 1 }
                time.advance(by: .seconds(20))
                try await eventually { issuer.requests.count == wanted && time.sleepers == 1 }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
