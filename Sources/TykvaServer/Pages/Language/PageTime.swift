import OAuth

/// An instant on a page: RFC 3339 for programs, words for people, both in UTC.
struct PageTime: Hashable, Sendable {
    let instant: Milliseconds

    init(_ instant: Milliseconds) {
        self.instant = instant
    }

    func content(_ texts: PageTexts) -> PageContent {
        let text = Timestamp.text(instant.value)
        return ["machineTime": "\(text.prefix(19))Z", "shownTime": words(text, texts)]
    }

    func words(_ texts: PageTexts) -> String { words(Timestamp.text(instant.value), texts) }

    /// `25 Nov 2026, 08:11 UTC`.
    private func words(_ text: String, _ texts: PageTexts) -> String {
        let digits = text.split(whereSeparator: { "-T:".contains($0) })
        guard digits.count >= 5, let month = texts.known("month_", String(digits[1])) else { return text }
        let day = digits[2].drop { $0 == "0" }
        return "\(day) \(month) \(digits[0])\(texts[.afterYear]), \(digits[3]):\(digits[4]) UTC"
    }
}
