import OAuth
import TestSupport
import Testing

@testable import DemoStory

@Suite struct WalksTests {
    @Test func `the oldest walk makes room for a new one`() {
        let walks = Walks()
        let cookies = (0...Walks.maximumCount).map { walks.begin(at: Milliseconds(Int64($0))).0 }
        let now = Milliseconds(Int64(Walks.maximumCount))
        #expect(walks.find(cookies[0], at: now) == nil)
        #expect(cookies.dropFirst().allSatisfy { walks.find($0, at: now) != nil })
    }

    @Test func `a walk ends after an hour`() {
        let walks = Walks()
        let (cookie, _) = walks.begin(at: Milliseconds(0))
        #expect(walks.find(cookie, at: Milliseconds(3_599_999)) != nil)
        #expect(walks.find(cookie, at: Milliseconds(3_600_000)) == nil)
    }

    @Test func `a step pressed twice at once is taken once`() async {
        let walks = Walks()
        let (cookie, _) = walks.begin(at: Milliseconds(0))
        await walks.take(cookie) { walk in
            await walks.take(cookie) { inner in inner.userName = "second" }
            walk.isCopied = true
        }
        let walk = walks.find(cookie, at: Milliseconds(1))
        #expect(walk?.isCopied == true)
        #expect(walk?.userName == "anna")
        await walks.take(cookie) { walk in walk.userName = "third" }
        #expect(walks.find(cookie, at: Milliseconds(1))?.userName == "third")
    }

    @Test func `the style is small`() {
        #expect(PackageResources.style_css.count <= 8 * 1024)
    }
}
