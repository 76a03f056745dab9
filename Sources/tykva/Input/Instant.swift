import OAuth

/// A point in time as an operator writes it: RFC 3339, or how long ago.
enum Instant {
    /// RFC 3339 §5.6, such as `2026-01-31T10:00:00Z` or with `+01:00`.
    static func parse(_ text: String) throws(InvalidValue) -> Milliseconds {
        let invalid = InvalidValue("time", "it must have the form 2026-01-31T10:00:00Z")
        let bytes = Array(text.utf8)
        guard (20...35).contains(bytes.count) else { throw invalid }
        func number(_ range: Range<Int>) throws(InvalidValue) -> Int64 {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { throw invalid }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        let marks: [(Int, UInt8)] = [
            (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (13, UInt8(ascii: ":")), (16, UInt8(ascii: ":")),
        ]
        guard marks.allSatisfy({ bytes[$0.0] == $0.1 }), "Tt ".utf8.contains(bytes[10]) else { throw invalid }
        let date = (year: try number(0..<4), month: try number(5..<7), day: try number(8..<10))
        let clock = (hour: try number(11..<13), minute: try number(14..<16), second: try number(17..<19))
        guard date.year >= 1, (1...12).contains(date.month), (1...days(date.year, date.month)).contains(date.day),
            clock.hour < 24, clock.minute < 60, clock.second < 60
        else { throw invalid }
        var index = 19
        var milliseconds: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            let digits = bytes[20...].prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { throw invalid }
            for place in 0..<3 {
                milliseconds = milliseconds * 10 + (place < digits.count ? Int64(digits[20 + place] - 0x30) : 0)
            }
            index = digits.endIndex
        }
        var offset: Int64 = 0
        if bytes.count == index + 6, "+-".utf8.contains(bytes[index]), bytes[index + 3] == UInt8(ascii: ":") {
            let (hours, minutes) = (try number(index + 1..<index + 3), try number(index + 4..<index + 6))
            guard hours < 24, minutes < 60 else { throw invalid }
            offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
        } else {
            guard bytes.count == index + 1, "Zz".utf8.contains(bytes[index]) else { throw invalid }
        }
        let minutes = dayNumber(date.year, date.month, date.day) * 1440 + clock.hour * 60 + clock.minute - offset
        return Milliseconds((minutes * 60 + clock.second) * 1000 + milliseconds)
    }

    /// RFC 3339, or a span such as `24h` before now.
    static func parse(_ text: String, orBefore now: Milliseconds) throws(InvalidValue) -> Milliseconds {
        if let span = try? DurationText.parse(text) { return now - span }
        do throws(InvalidValue) {
            return try parse(text)
        } catch {
            throw InvalidValue("time", "it must be a time such as 2026-01-31T10:00:00Z, or a span such as 24h")
        }
    }

    private static func days(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, in years that begin on 1 March.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
