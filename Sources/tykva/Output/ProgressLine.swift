import Foundation

/// The last line of a terminal's stderr, which is written over while something goes on.
struct ProgressLine {
    /// Elsewhere such lines would only pile up.
    let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownAt: ContinuousClock.Instant?
    private var isOpen = false

    private static let pause = Duration.milliseconds(100)

    /// - Parameter isLast: Shown also when the line before has hardly been seen.
    mutating func show(_ line: String, isLast: Bool = false) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        if !isLast, let shownAt, now - shownAt < Self.pause { return }
        shownAt = now
        Console.overwrite(line)
        isOpen = true
    }

    /// Leaves the line empty for what comes after it.
    mutating func end() {
        if isOpen { Console.overwrite("") }
        isOpen = false
        shownAt = nil
    }
}
