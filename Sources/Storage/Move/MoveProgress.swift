/// How far a move has come, for whoever watches it.
package struct MoveProgress: Sendable, Hashable {
    package enum Phase: Sendable, Hashable {
        /// What an earlier run has copied goes, because the source has changed since.
        case removing
        case copying
        /// Both sides are read again.
        case comparing
    }

    package let phase: Phase
    package let table: String
    /// Of this table in this phase; in `copying` those of earlier runs too.
    package let rows: Int
    /// Whether the table is through with this phase.
    package let isDone: Bool
}
