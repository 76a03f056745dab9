import TykvaServer

/// How far an import has come, on stderr: one line that is written over on a terminal; elsewhere a line every so many
/// users.
struct ImportDisplay {
    private static let usersALine = 10_000

    private let totalBytes: Int?
    private let start = ContinuousClock.now
    private var progressLine = ProgressLine()
    private var linesShown = 0

    /// - Parameter totalBytes: Nil where nobody knows.
    init(totalBytes: Int?) {
        self.totalBytes = totalBytes
    }

    mutating func show(_ tally: ImportTally, bytes: Int) {
        if progressLine.isTerminal {
            progressLine.show(line(tally, bytes))
        } else if tally.seen / Self.usersALine > linesShown {
            linesShown = tally.seen / Self.usersALine
            Console.complain(line(tally, bytes))
        }
    }

    /// Leaves the terminal's line empty for what comes after it.
    mutating func end() { progressLine.end() }

    private func line(_ tally: ImportTally, _ bytes: Int) -> String {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        // Of what takes no time there is no rate.
        let speed = seconds < 0.5 ? "" : ", \(Int(Double(tally.seen) / seconds)) a second"
        let share = totalBytes.map { $0 > 0 ? " (\(min(100, bytes * 100 / $0)) %)" : "" } ?? ""
        let refused = tally.refused > 0 ? ", \(tally.refused) of them refused" : ""
        return "read \(tally.seen) users\(share)\(refused)\(speed)"
    }
}
