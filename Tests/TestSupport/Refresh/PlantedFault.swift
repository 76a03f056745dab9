/// A fault that a test puts into the refresh machine on purpose: each must be found, or the tests prove nothing.
package enum PlantedFault: String, Sendable, CaseIterable {
    /// The rotation no longer asks whether the presented token is the current one.
    case compareAndSetDropped = "compare-and-set dropped"
    /// A rotation far in the future counts as one just now.
    case negativeTimeAccepted = "negative time accepted"
    /// The current token is rotated before anybody asks whether the family is over.
    case row4AfterRow5 = "row 4 after row 5"
    /// The client hears of the rotation before it is durable.
    case answerBeforeCommit = "answer before commit"
}
