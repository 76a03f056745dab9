/// How long a client may ask again for an answer that it lost: W of docs/refresh.md.
package struct RetryWindow: Hashable, Sendable {
    package static let bounds: ClosedRange<Int64> = 0...300
    package static let standard = RetryWindow(uncheckedSameCaller: 60, otherCaller: 10)

    /// Seconds, for a caller of the same network and agent as the call that rotated: client time-outs are up to 60 s.
    package let sameCallerSeconds: Int64
    /// Seconds, for any other caller.
    package let otherCallerSeconds: Int64

    /// - Throws: When a value is outside 0…300 seconds.
    package init(sameCallerSeconds: Int64, otherCallerSeconds: Int64) throws(InvalidValue) {
        for seconds in [sameCallerSeconds, otherCallerSeconds] where !Self.bounds.contains(seconds) {
            throw InvalidValue("retry window", "\(seconds) is not within 0…300 seconds")
        }
        self.init(uncheckedSameCaller: sameCallerSeconds, otherCaller: otherCallerSeconds)
    }

    private init(uncheckedSameCaller: Int64, otherCaller: Int64) {
        sameCallerSeconds = uncheckedSameCaller
        otherCallerSeconds = otherCaller
    }

    func milliseconds(for caller: RefreshCaller, rotatedBy holder: Holder) -> Int64 {
        1000 * (caller.holder.isLike(holder) ? sameCallerSeconds : otherCallerSeconds)
    }
}
