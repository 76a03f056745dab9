import Storage

/// What a move is doing, on stderr: one line that is written over on a terminal; elsewhere a line a table.
struct MoveDisplay {
    private var progressLine = ProgressLine()
    /// When this run began with what it is doing, and how many rows had been done before.
    private var start: (phase: MoveProgress.Phase, table: String, rows: Int, at: ContinuousClock.Instant)?

    mutating func show(_ progress: MoveProgress) {
        let now = ContinuousClock.now
        let isNew = start?.phase != progress.phase || start?.table != progress.table
        if isNew { start = (progress.phase, progress.table, progress.rows, now) }
        if progressLine.isTerminal {
            progressLine.show(line(progress, now), isLast: progress.isDone)
        } else if progress.isDone {
            Console.complain(line(progress, now))
        }
    }

    /// Leaves the terminal's line empty for what comes after it.
    mutating func end() { progressLine.end() }

    private func line(_ progress: MoveProgress, _ now: ContinuousClock.Instant) -> String {
        let verb =
            switch progress.phase {
            case .removing: "removing what was copied before, since the source has changed: "
            case .copying: "copying "
            case .comparing: "comparing "
            }
        guard let start else { return verb + progress.table }
        let seconds = (now - start.at) / .seconds(1)
        // Of what takes no time there is no rate.
        let speed = seconds < 0.5 ? "" : ", \(Int(Double(progress.rows - start.rows) / seconds)) a second"
        return "\(verb)\(progress.table): \(progress.rows) rows\(speed)"
    }
}
