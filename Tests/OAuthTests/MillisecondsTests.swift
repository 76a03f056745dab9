import OAuth
import Testing

@Suite struct MillisecondsTests {
    @Test func `seconds are rounded down, on both sides of 1970 and at the ends`() {
        let expected: [(Int64, Int64)] = [
            (0, 0), (999, 0), (1000, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2),
            (.max, 9_223_372_036_854_775), (.min, -9_223_372_036_854_776),
        ]
        for (milliseconds, seconds) in expected { #expect(Milliseconds(milliseconds).seconds == seconds) }
    }

    @Test func `sums saturate instead of trapping`() {
        #expect(Milliseconds(.max) + .milliseconds(1) == Milliseconds(.max))
        #expect(Milliseconds(.min) - .milliseconds(1) == Milliseconds(.min))
        #expect(Milliseconds(.max) + .milliseconds(-1) == Milliseconds(.max - 1))
        #expect(Milliseconds(5) + .seconds(Int64.max) == Milliseconds(.max))
        #expect(Milliseconds(-5) - .seconds(Int64.max) == Milliseconds(.min))
        #expect(Milliseconds(1) + .seconds(1) == Milliseconds(1001))
        #expect(Milliseconds(1) - .seconds(1) == Milliseconds(-999))
    }

    @Test func `differences saturate instead of trapping`() {
        #expect(Milliseconds(.max).since(Milliseconds(.min)) == .max)
        #expect(Milliseconds(.min).since(Milliseconds(.max)) == .min)
        #expect(Milliseconds(.min).since(Milliseconds(1)) == .min)
        #expect(Milliseconds(7).since(Milliseconds(10)) == -3)
    }

    @Test func `durations become whole milliseconds toward zero`() {
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1999).wholeMilliseconds == -1)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min + 1).wholeMilliseconds == .min)
        #expect(Duration.minutes(2) == .seconds(120))
        #expect(Duration.hours(2) == .seconds(7200))
        #expect(Duration.days(2) == .seconds(172_800))
    }

    @Test func `instants are ordered`() {
        #expect(Milliseconds(-1) < Milliseconds(0))
        #expect(!(Milliseconds(0) < Milliseconds(0)))
    }
}
