import OAuth
import Testing

@Suite struct RetryWindowTests {
    @Test func `it is 60 s for the same caller and 10 s for another`() {
        #expect(RetryWindow.standard.sameCallerSeconds == 60)
        #expect(RetryWindow.standard.otherCallerSeconds == 10)
    }

    @Test(arguments: [(Int64(0), Int64(0)), (300, 300), (1, 0)])
    func `0 to 300 seconds may be set`(_ same: Int64, _ other: Int64) throws {
        let window = try RetryWindow(sameCallerSeconds: same, otherCallerSeconds: other)
        #expect(window.sameCallerSeconds == same)
        #expect(window.otherCallerSeconds == other)
    }

    @Test(arguments: [(Int64(-1), Int64(0)), (0, -1), (301, 0), (0, 301), (.max, 0), (0, .min)])
    func `anything else is refused`(_ same: Int64, _ other: Int64) {
        #expect(throws: InvalidValue.self) {
            try RetryWindow(sameCallerSeconds: same, otherCallerSeconds: other)
        }
    }
}
