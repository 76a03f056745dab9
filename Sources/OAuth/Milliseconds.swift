/// An instant: milliseconds since 1970-01-01T00:00:00Z.
///
/// Stored as it is, and passed in everywhere: nothing here reads a clock.
package struct Milliseconds: Hashable, Comparable, Sendable {
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }

    /// Whole seconds, rounded down: the NumericDate of RFC 7519 §2.
    package var seconds: Int64 { value / 1000 - (value % 1000 < 0 ? 1 : 0) }

    /// Whole days, in UTC, rounded down.
    package var day: Int64 { value / 86_400_000 - (value % 86_400_000 < 0 ? 1 : 0) }

    /// Sums saturate: a clock far out of range is a wrong time, not a trap.
    package static func + (instant: Self, span: Duration) -> Self {
        let (sum, overflow) = instant.value.addingReportingOverflow(span.wholeMilliseconds)
        guard overflow else { return Self(sum) }
        return Self(span.wholeMilliseconds < 0 ? .min : .max)
    }

    package static func - (instant: Self, span: Duration) -> Self {
        instant + (.zero - span)
    }

    /// How long after `earlier` this instant is, in milliseconds; negative when it is before.
    package func since(_ earlier: Self) -> Int64 {
        let (difference, overflow) = value.subtractingReportingOverflow(earlier.value)
        guard overflow else { return difference }
        return value < earlier.value ? .min : .max
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

extension Duration {
    /// Milliseconds, rounded toward zero, and saturated where they do not fit.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, over) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return over ? (seconds < 0 ? .min : .max) : sum
    }

    package static func minutes(_ count: Int64) -> Self { .seconds(count * 60) }
    package static func hours(_ count: Int64) -> Self { .seconds(count * 3600) }
    package static func days(_ count: Int64) -> Self { .seconds(count * 86_400) }
}
