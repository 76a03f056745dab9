/// How long to wait, in words: seconds, or minutes rounded up. Units are short, so that they need no plural.
struct ShownWait: Hashable, Sendable {
    let seconds: Int64

    func words(_ texts: PageTexts) -> String {
        guard seconds > 90 else { return texts.text(.waitSeconds, String(seconds)) }
        return texts.text(.waitMinutes, String((seconds + 59) / 60))
    }
}
