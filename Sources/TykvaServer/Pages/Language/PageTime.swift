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
        // 2026-11-25T08:11…
        let bytes = Array(text.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        guard bytes.count >= 16, bytes[4] == UInt8(ascii: "-"), let month = texts.known("month_", part(5..<7)) else {
            return text
        }
        let day = bytes[8] == UInt8(ascii: "0") ? part(9..<10) : part(8..<10)
        return "\(day) \(month) \(part(0..<4))\(texts[.afterYear]), \(part(11..<16)) UTC"
    }
}
