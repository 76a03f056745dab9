import StrictFormats
import Synchronization
import Testing

@testable import TykvaVerifier

@Suite struct VerifiedTokenCacheTests {
    private let forge = TokenForge.es256

    private func verified(_ id: Int = 0) async throws -> (token: String, VerifiedToken) {
        var claims = TokenForge.claims
        claims["jti"] = .string("t_\(id)")
        let token = try forge.token(claims: claims)
        return (token, try await forge.verifier().verify(token))
    }

    private func find(_ token: String, in cache: VerifiedTokenCache, epoch: UInt64 = 0) -> VerifiedToken? {
        var token = token
        return token.withUTF8 { cache.find($0, epoch: epoch) }
    }

    @Test func `a token is found by all of its bytes and the epoch of the keys`() async throws {
        let cache = VerifiedTokenCache(limits: VerifiedTokenCacheLimits())
        let (token, verified) = try await verified()
        #expect(find(token, in: cache) == nil)
        cache.insert(Array(token.utf8), verified, epoch: 7)
        #expect(find(token, in: cache, epoch: 7)?.tokenID == "t_0")
        #expect(find(token, in: cache, epoch: 8) == nil)
        #expect(find(token, in: cache, epoch: 6) == nil)
        for index in stride(from: 0, to: token.utf8.count, by: 7) {
            var bytes = Array(token.utf8)
            bytes[index] ^= 1
            #expect(find(String(decoding: bytes, as: UTF8.self), in: cache, epoch: 7) == nil)
        }
        #expect(find(String(token.dropFirst()), in: cache, epoch: 7) == nil)
        #expect(find("", in: cache, epoch: 7) == nil)
        var text = token
        text.withUTF8 { cache.remove($0) }
        #expect(find(token, in: cache, epoch: 7) == nil)
        #expect(cache.count == 0)
    }

    @Test func `T21, the signature of a remembered token under other claims is refused`() async throws {
        let verifier = try forge.verifier(cache: VerifiedTokenCacheLimits())
        let token = try forge.token()
        _ = try await verifier.verify(token)
        let parts = token.split(separator: ".").map(String.init)
        var claims = TokenForge.claims
        claims["sub"] = "u_2"
        // The same length, so that only the comparison of the whole token can tell them apart.
        let forged = "\(parts[0]).\(Base64URL.encode(claims.encoded())).\(parts[2])"
        try #require(forged.utf8.count == token.utf8.count)
        #expect(await refusal(of: forged, by: verifier)?.check == .signature)
        #expect(try await verifier.verify(token).subject == "u_1")
    }

    @Test func `T21, a remembered token is refused after it expires, and before it begins`() async throws {
        let clock = ManualClock()
        let verifier = try forge.verifier(cache: VerifiedTokenCacheLimits(), clock: clock)
        var claims = TokenForge.claims
        claims["nbf"] = .integer(Int64(TokenForge.now))
        let token = try forge.token(claims: claims)
        _ = try await verifier.verify(token)
        clock.set(TokenForge.now + 329.5)
        _ = try await verifier.verify(token)
        clock.set(TokenForge.now + 330)
        #expect(await refusal(of: token, by: verifier)?.check == .expiry)
        #expect(await refusal(of: token, by: verifier)?.check == .expiry)
        clock.set(TokenForge.now)
        _ = try await verifier.verify(token)
        clock.set(TokenForge.now - 31)
        #expect(await refusal(of: token, by: verifier)?.check == .notBefore)
    }

    @Test func `T21, a remembered token is refused as soon as it is revoked`() async throws {
        let revoked = Mutex(false)
        let verifier = try TokenVerifier(
            issuer: TokenForge.issuer, audience: TokenForge.audience, algorithm: .es256,
            keys: .fixed(try TokenForge.keySet(forge)), cache: VerifiedTokenCacheLimits(),
            isRevoked: { _ in revoked.withLock { $0 } }, now: ManualClock().date)
        let token = try forge.token()
        _ = try await verifier.verify(token)
        _ = try await verifier.verify(token)
        revoked.withLock { $0 = true }
        #expect(await refusal(of: token, by: verifier)?.check == .revoked)
        revoked.withLock { $0 = false }
        _ = try await verifier.verify(token)
    }

    @Test func `failures are not remembered`() async throws {
        let clock = ManualClock(TokenForge.now - 100)
        let verifier = try forge.verifier(cache: VerifiedTokenCacheLimits(), clock: clock)
        let token = try forge.token()
        #expect(await refusal(of: token, by: verifier)?.check == .issuedAt)
        clock.set(TokenForge.now)
        #expect(try await verifier.verify(token).subject == "u_1")
    }

    @Test(arguments: [1, 10, 64, 500]) func `entries are bounded`(limit: Int) async throws {
        let cache = VerifiedTokenCache(limits: VerifiedTokenCacheLimits(entries: limit))
        let (_, verified) = try await verified()
        for number in 0..<2000 {
            let token = "\(number).".utf8 + (0..<40).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* 7) }
            cache.insert(Array(token), verified, epoch: 0)
            #expect(cache.count <= max(limit, 2))
        }
        #expect(cache.count >= limit / 4)
    }

    @Test func `bytes are bounded`() async throws {
        let cache = VerifiedTokenCache(limits: VerifiedTokenCacheLimits(entries: 100_000, bytes: 256 * 1024))
        let (_, verified) = try await verified()
        for number in 0..<300 {
            let token = [UInt8](repeating: 0x61, count: 4096) + (0..<40).map { UInt8(truncatingIfNeeded: number &* $0) }
            cache.insert(token, verified, epoch: 0)
        }
        #expect(cache.count * 4096 <= 256 * 1024)
        #expect(cache.count > 8)
        let huge = [UInt8](repeating: 0x61, count: 300 * 1024)
        cache.insert(huge, verified, epoch: 0)
        #expect(cache.count * 4096 <= 256 * 1024)
    }

    @Test func `what is used stays, what is not used goes`() async throws {
        let cache = VerifiedTokenCache(limits: VerifiedTokenCacheLimits(entries: 20))
        let (kept, verified) = try await verified(1)
        cache.insert(Array(kept.utf8), verified, epoch: 0)
        for number in 2..<200 {
            let token = "\(number).".utf8 + (0..<40).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* 7) }
            cache.insert(Array(token), verified, epoch: 0)
            #expect(find(kept, in: cache)?.tokenID == "t_1")
        }
        let unused = "2.".utf8 + (0..<40).map { UInt8(truncatingIfNeeded: 2 &* 31 &+ $0 &* 7) }
        #expect(Array(unused).withUnsafeBufferPointer { cache.find($0, epoch: 0) } == nil)
    }

    @Test func `many tasks use one cache at once`() async throws {
        let verifier = try forge.verifier(cache: VerifiedTokenCacheLimits(entries: 32))
        let tokens = try (0..<20).map { number in
            var claims = TokenForge.claims
            claims["sub"] = .string("u_\(number)")
            return try forge.token(claims: claims)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<50 {
                        let number = (round &* 7 &+ task) % tokens.count
                        let subject = try await verifier.verify(tokens[number]).subject
                        #expect(subject == "u_\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
