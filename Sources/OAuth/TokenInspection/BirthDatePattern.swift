/// Recognises a date that a living person may have been born on: written alone, without a time, at least 13 years ago.
enum BirthDatePattern {
    private static let earliestYear: Int64 = 1900
    private static let leastAgeYears: Int64 = 13
    private static let secondsOfYear: Int64 = 31_556_952

    /// `1980-12-31`, `31.12.1980`, `12/31/1980`.
    static func isOne(_ text: String, now: Milliseconds) -> Bool {
        guard text.utf8.count == 10 else { return false }
        let fields = text.split(whereSeparator: { "-./".contains($0) })
        guard fields.count == 3, fields.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return false
        }
        let numbers = fields.compactMap { Int64($0) }
        guard numbers.count == 3 else { return false }
        let year: Int64
        let others: ArraySlice<Int64>
        switch fields.map(\.utf8.count) {
        case [4, 2, 2]: (year, others) = (numbers[0], numbers[1...])
        case [2, 2, 4]: (year, others) = (numbers[2], numbers[..<2])
        default: return false
        }
        let latestYear = 1970 + now.seconds / secondsOfYear - leastAgeYears
        let isDate = others.allSatisfy { (1...31).contains($0) } && others.contains { $0 <= 12 }
        return isDate && year >= earliestYear && year <= latestYear
    }
}
