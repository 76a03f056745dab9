import OAuth

/// A span of time as an operator writes it: a whole number and a unit, `30s`, `5m`, `24h`, `30d`.
enum DurationText {
    private static let units: [(letter: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]
    private static let maximumDigits = 9

    static func parse(_ text: String) throws(InvalidValue) -> Duration {
        guard let letter = text.last, let unit = units.first(where: { $0.letter == letter }),
            (1...maximumDigits).contains(text.utf8.count - 1),
            text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(text.dropLast())
        else { throw InvalidValue("span of time", "it must be a whole number and s, m, h or d, such as 30s or 24h") }
        return .seconds(count * unit.seconds)
    }

    /// In the largest unit that leaves no rest.
    static func text(_ span: Duration) -> String {
        let seconds = span.components.seconds
        guard seconds != 0, let unit = units.first(where: { seconds % $0.seconds == 0 }) else { return "\(seconds)s" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
