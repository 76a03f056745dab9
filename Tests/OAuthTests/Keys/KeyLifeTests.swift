import OAuth
import Testing

@Suite struct KeyLifeTests {
    private let life = KeyLife(
        publishedAt: Milliseconds(100), activeAt: Milliseconds(200), retiringAt: Milliseconds(300),
        goneAt: Milliseconds(400))

    @Test func `a key is gone from the instant that was written for it`() {
        #expect(life.state(at: Milliseconds(399)) == .retiring)
        #expect(life.state(at: Milliseconds(400)) == .gone)
        #expect(life.state(at: Milliseconds(.max)) == .gone)
    }

    @Test(arguments: [Int64.min, 0, 99, 199, 299])
    func `a clock that is set back makes no key young again`(_ now: Int64) {
        let now = Milliseconds(now)
        #expect(life.state(at: now) == .retiring)
        #expect(KeyLife(publishedAt: Milliseconds(100), activeAt: Milliseconds(200)).state(at: now) == .active)
        #expect(KeyLife(publishedAt: Milliseconds(100)).state(at: now) == .published)
    }

    @Test func `an instant that is not set is never reached`() {
        #expect(KeyLife(publishedAt: Milliseconds(100)).state(at: Milliseconds(.max)) == .published)
        let active = KeyLife(publishedAt: Milliseconds(100), activeAt: Milliseconds(200))
        #expect(active.state(at: Milliseconds(.max)) == .active)
    }

    @Test func `a successor that was replaced is gone, and so is a key that was revoked, whatever it was`() {
        #expect(
            KeyLife(publishedAt: Milliseconds(100), goneAt: Milliseconds(150)).state(at: Milliseconds(150)) == .gone)
        // Even when the clock goes back: there may be another successor by now.
        #expect(KeyLife(publishedAt: Milliseconds(100), goneAt: Milliseconds(150)).state(at: Milliseconds(0)) == .gone)
        var revoked = life
        revoked.revokedAt = Milliseconds(250)
        #expect(revoked.state(at: Milliseconds(0)) == .gone)
        #expect(revoked.since(at: Milliseconds(0)) == Milliseconds(250))
    }

    @Test func `tokens of a key live on after it has stopped signing, and none of one that never signed`() {
        #expect(life.tokensAliveUntil == life.retiringAt.map { $0 + KeyTimes.retirement })
        #expect(KeyLife(publishedAt: Milliseconds(100)).tokensAliveUntil == nil)
        #expect(KeyLife(publishedAt: Milliseconds(100), activeAt: Milliseconds(100)).tokensAliveUntil == nil)
    }
}
