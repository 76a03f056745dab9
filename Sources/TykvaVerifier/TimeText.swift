/// Times as they stand in a log: RFC 3339 in UTC, without a formatter that a hostile number could surprise.
enum TimeText {
    /// `2026-11-23T22:48:40Z`, or the plain number outside the years 1970 to 9999.
    static func utc(_ seconds: Double) -> String {
        guard seconds >= 0, seconds < 253_402_300_800 else { return "\(seconds)" }
        let whole = Int(seconds)
        let (year, month, day) = date(daysSince1970: whole / 86_400)
        let second = whole % 86_400
        return "\(two(year))-\(two(month))-\(two(day))T"
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }

    /// Whole seconds, rounded up.
    static func seconds(_ seconds: Double) -> String {
        seconds < 1e15 ? "\(Int(seconds.rounded(.up)))" : "\(seconds)"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The proleptic Gregorian date, counted in eras of 400 years that begin in March.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}
