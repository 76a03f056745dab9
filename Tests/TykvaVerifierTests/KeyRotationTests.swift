import Crypto
import Testing

@testable import TykvaVerifier

/// A verifier beside an issuer whose keys rotate quickly, as docs/keys.md says that they may.
@Suite(.timeLimit(.minutes(15))) struct KeyRotationTests {
    private static let keys = (0..<16).map {
        TokenForge(kid: "r\($0)", algorithm: .es256, signer: .es256(P256.Signing.PrivateKey()))
    }
    private static let stranger = TokenForge.otherES256

    private let issuer = FakeIssuer()
    private let time = ManualTime()

    /// - Parameter sleep: How the verifier waits, when it is not by the clock of the test.
    private func remote(sleep: (@Sendable (Duration) async throws -> Void)? = nil) throws -> RemoteJWKSet {
        let own = MonotonicTime(now: time.time.now, sleep: sleep ?? time.time.sleep)
        return RemoteJWKSet(origin: .keys(try RemoteDocument(FakeIssuer.keysURL)), fetcher: issuer, time: own)
    }

    private func verifier(_ keys: RemoteJWKSet) throws -> TokenVerifier {
        try Self.keys[0].verifier(keys: .remote(keys), cache: VerifiedTokenCacheLimits())
    }

    /// The set while a key signs: the one before it, itself, and its successor.
    private func publish(signer: Int) throws {
        try issuer.publish(Array(Self.keys[max(0, signer - 1)...signer + 1]))
    }

    @Test func `when the successor begins to sign the next one is fetched 5 seconds later, once`() async throws {
        try publish(signer: 0)
        let keys = try remote()
        let verifier = try verifier(keys)
        _ = try await verifier.verify(try Self.keys[0].token())
        time.advance(by: .seconds(60))
        #expect(issuer.requests.count == 1 && keys.lookedBeyond == nil)
        try publish(signer: 1)
        for _ in 0..<5 { _ = try await verifier.verify(try Self.keys[1].token()) }
        try await eventually { time.sleepers == 1 }
        time.advance(by: .seconds(4))
        _ = try await verifier.verify(try Self.keys[1].token())
        #expect(issuer.requests.count == 1 && time.sleepers == 1)
        time.advance(by: .seconds(1))
        try await eventually { issuer.requests.count == 2 }
        // So another rotation, in the middle of the cooldown, is not noticed.
        try publish(signer: 2)
        #expect(try await verifier.verify(try Self.keys[2].token()).subject == "u_1")
        #expect(issuer.requests.count == 2)
    }

    @Test func `an issuer whose last key signs for ever is asked once more, not again and again`() async throws {
        try publish(signer: 0)
        let verifier = try verifier(try remote())
        for fetches in [2, 2, 2] {
            _ = try await verifier.verify(try Self.keys[1].token())
            if issuer.requests.count < fetches { try await eventually { time.sleepers == 1 } }
            time.advance(by: .seconds(10))
            try await eventually { issuer.requests.count == fetches && time.sleepers == 0 }
            for _ in 0..<1000 { await Task.yield() }
            #expect(issuer.requests.count == fetches && time.sleepers == 0)
        }
    }

    @Test func `a set of one key and a bad signature look for nothing`() async throws {
        try issuer.publish(Self.keys[0])
        let keys = try remote()
        let verifier = try verifier(keys)
        _ = try await verifier.verify(try Self.keys[0].token())
        #expect(keys.lookedBeyond == nil)
        try publish(signer: 0)
        time.advance(by: .seconds(240))
        _ = try await verifier.verify(try Self.keys[0].token())
        try await eventually { issuer.requests.count == 2 }
        let forged = TokenForge(kid: "r1", algorithm: .es256, signer: Self.stranger.signer)
        #expect(try await refusal(of: forged.token(), by: verifier)?.check == .signature)
        #expect(keys.lookedBeyond == nil)
    }

    @Test func `the same keys in another order are the same set`() throws {
        var state = RemoteKeyState(policy: .init())
        state.succeeded(try TokenForge.keySet(Self.keys[0], Self.keys[1]), maxAge: nil, at: .zero)
        let snapshot = try #require(state.snapshot)
        state.succeeded(try TokenForge.keySet(Self.keys[1], Self.keys[0]), maxAge: nil, at: .seconds(1))
        #expect(state.snapshot?.epoch == snapshot.epoch)
        state.succeeded(try TokenForge.keySet(Self.keys[1], Self.keys[2]), maxAge: nil, at: .seconds(2))
        #expect(state.snapshot?.epoch != snapshot.epoch)
    }

    @Test func `a look for the next key that fails harms nobody`() async throws {
        try publish(signer: 0)
        let verifier = try verifier(try remote())
        _ = try await verifier.verify(try Self.keys[1].token())
        try await eventually { time.sleepers == 1 }
        issuer.setDown(true)
        time.advance(by: .seconds(5))
        try await eventually { issuer.requests.count == 2 }
        #expect(try await verifier.verify(try Self.keys[1].token()).subject == "u_1")
    }

    @Test func `the next key is looked for once for each set, and not while the issuer fails`() throws {
        var state = RemoteKeyState(policy: .init())
        state.succeeded(try TokenForge.keySet(Self.keys[0], Self.keys[1]), maxAge: nil, at: .zero)
        let snapshot = try #require(state.snapshot)
        let asked = [state.mayLookBeyond(snapshot), state.mayLookBeyond(snapshot)]
        #expect(asked == [true, false])
        let isWorthIt = state.isWorthLookingBeyond(snapshot, at: .seconds(5))
        #expect(isWorthIt)
        state.failed("down", at: .seconds(5))
        let whileItFails = state.isWorthLookingBeyond(snapshot, at: .milliseconds(5900))
        let later = state.isWorthLookingBeyond(snapshot, at: .seconds(6))
        #expect(!whileItFails && later)
        // The one that failed was none.
        let askedAfter = state.mayLookBeyond(snapshot)
        #expect(askedAfter)
        state.succeeded(try TokenForge.keySet(Self.keys[1], Self.keys[2]), maxAge: nil, at: .seconds(6))
        let afterANewerOne = state.isWorthLookingBeyond(snapshot, at: .seconds(7))
        #expect(!afterANewerOne)
        let newer = try #require(state.snapshot)
        let askedAgain = [state.mayLookBeyond(snapshot), state.mayLookBeyond(newer)]
        #expect(askedAgain == [false, true])
    }

    @Test func `ten rotations 10 seconds apart under a flood of unknown kids refuse nobody who keeps coming`()
        async throws
    {
        try publish(signer: 0)
        let keys = try remote()
        let verifier = try verifier(keys)
        for signer in 0...10 {
            try publish(signer: signer)
            for second in 0..<10 {
                #expect(try await refusal(of: Self.keys[signer].token(), by: verifier) == nil, "\(signer), \(second)")
                #expect(try await refusal(of: Self.stranger.token(), by: verifier)?.check == .unknownKey)
                if second == 0, signer > 0 { try await eventually { time.sleepers == 1 || knows(keys, signer + 1) } }
                time.advance(by: .seconds(1))
                if second == 5 { try await eventually { knows(keys, signer + 1) } }
            }
        }
        #expect(issuer.requests.count <= 1 + 10 + 110 / 30, "\(issuer.requests.count) fetches")
    }

    private func knows(_ keys: RemoteJWKSet, _ number: Int) -> Bool {
        keys.settled?.set.keyIDs.contains(Self.keys[number].kid) == true
    }

    /// Good tokens that are refused, with a rotation every `pace` seconds, an unknown kid every second, and a first
    /// fetch `phase` seconds after a rotation. The verifier never looks ahead, as if its tokens came too rarely.
    private func refusals(pace: Int, phase: Int) async throws -> Int {
        try publish(signer: 0)
        let verifier = try verifier(try remote { _ in throw CancellationError() })
        var refused = 0
        for second in phase..<pace * 8 {
            try publish(signer: second / pace)
            if try await refusal(of: Self.keys[second / pace].token(), by: verifier) != nil { refused += 1 }
            _ = try await refusal(of: Self.stranger.token(), by: verifier)
            time.advance(by: .seconds(1))
        }
        return refused
    }

    @Test(arguments: [0, 1, 8, 15, 22, 29])
    func `rotations 30 seconds apart refuse nobody, whenever it fetches`(phase: Int) async throws {
        #expect(try await refusals(pace: 30, phase: phase) == 0)
    }

    @Test func `quicker ones can, without looking ahead`() async throws {
        #expect(try await refusals(pace: 20, phase: 8) > 0)
    }
}
