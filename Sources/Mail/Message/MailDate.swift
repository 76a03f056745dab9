import OAuth

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The date of a message in the form of RFC 5322 §3.3, in UTC: `Tue, 24 Nov 2026 07:38:51 +0000`.
enum MailDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// 1970 … 9999: a year has four digits.
    private static let bounds: ClosedRange<Int64> = 0...253_402_300_799

    /// - Parameter instant: An instant outside the years that the form can tell is taken for the nearest one inside.
    static func text(_ instant: Milliseconds) -> String {
        var seconds = time_t(min(max(instant.seconds, bounds.lowerBound), bounds.upperBound))
        var date = tm()
        gmtime_r(&seconds, &date)
        let day = "\(days[Int(date.tm_wday)]), \(date.tm_mday) \(months[Int(date.tm_mon)]) \(date.tm_year + 1900)"
        return "\(day) \(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec)) +0000"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
