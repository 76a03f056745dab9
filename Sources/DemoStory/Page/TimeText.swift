import OAuth
import TykvaServer

/// Times as the page tells them: in UTC, to the second.
enum TimeText {
    /// `23:59:59 UTC`.
    static func clock(_ instant: Milliseconds) -> String {
        "\(Timestamp.text(instant.value).dropFirst(11).prefix(8)) UTC"
    }

    /// `2026-11-23 23:59:59 UTC`.
    static func full(_ instant: Milliseconds) -> String {
        "\(Timestamp.text(instant.value).prefix(10)) \(clock(instant))"
    }

    static func seconds(_ count: Int64) -> String { count == 1 ? "1 second" : "\(count) seconds" }
}

extension ReadToken {
    /// Whole seconds until the token ends, rounded up; 0 when it has.
    func secondsLeft(at now: Milliseconds) -> Int64 {
        guard let expiry, (0...253_402_300_799).contains(expiry) else { return 0 }
        return max(0, (Milliseconds(expiry * 1000).since(now) + 999) / 1000)
    }

    /// How long it was made for.
    var lifetimeSeconds: Int64? {
        guard let expiry, let issuedAt else { return nil }
        let (lifetime, overflow) = expiry.subtractingReportingOverflow(issuedAt)
        return overflow || lifetime < 1 ? nil : lifetime
    }
}
