import OAuth
import Testing

@Suite struct KeyLifeTests {
    private let life = KeyLife(
        publishedAt: Milliseconds(100), activeAt: Milliseconds(200), retiringAt: Milliseconds(300),
        goneAt: Milliseconds(400))

    @Test(arguments: [
        (Int64.min, KeyState.published), (100, .published), (199, .published), (200, .active), (299, .active),
        (300, .retiring), (399, .retiring), (400, .gone), (.max, .gone),
    ])
    func `each instant belongs to the state that it begins`(_ now: Int64, _ state: KeyState) {
        #expect(life.state(at: Milliseconds(now)) == state)
    }

    @Test func `an instant that is not set is never reached`() {
        let published = KeyLife(publishedAt: Milliseconds(100), activeAt: nil)
        #expect(published.state(at: Milliseconds(.max)) == .published)
        let active = KeyLife(publishedAt: Milliseconds(100), activeAt: Milliseconds(200))
        #expect(active.state(at: Milliseconds(.max)) == .active)
    }

    @Test func `a key that was revoked before it was active is gone`() {
        let revoked = KeyLife(publishedAt: Milliseconds(100), activeAt: nil, goneAt: Milliseconds(150))
        #expect(revoked.state(at: Milliseconds(149)) == .published)
        #expect(revoked.state(at: Milliseconds(150)) == .gone)
    }
}
