/// What a statement is sent for: it decides what its failure means.
enum PostgresPurpose {
    /// In a transaction that may not write.
    case reading
    /// In a transaction that a COMMIT is to end: until then nothing is written.
    case writing
    /// A statement that is a transaction in itself.
    case deciding
    /// The COMMIT of a transaction.
    case committing

    /// When the server goes away under it, the outcome is open.
    var commits: Bool { self == .deciding || self == .committing }
}

extension StorageError {
    /// What the server's refusal of a statement means, with the server's primary message: it holds no bound value (the
    /// detail, which may, is never read).
    ///
    /// https://www.postgresql.org/docs/15/errcodes-appendix.html
    init(_ result: borrowing PostgresResult, _ purpose: PostgresPurpose) {
        let state = result.error("C") ?? ""
        let message = PostgresAdvice.advised(result.error("M") ?? "the server refused without a reason", state: state)
        let isFatal = result.error("V") != "ERROR"
        if isFatal, purpose.commits {
            self = .unknownOutcome(reason: message)
            return
        }
        switch state {
        case "23505": self = .constraint(kind: .unique, detail: Self.place(result))
        case "23503": self = .constraint(kind: .foreignKey, detail: Self.place(result))
        case "23514": self = .constraint(kind: .check, detail: Self.place(result))
        case "23502": self = .constraint(kind: .notNull, detail: Self.place(result))
        // Serialization failure, deadlock: another try may succeed.
        case "40001", "40P01": self = .conflict(reason: message)
        case "55P03": self = .locked(reason: message)
        // The connection remembers another statement, or another form of it: the next one is made anew.
        case "0A000", "26000", "42P05": self = .unavailable(reason: message)
        case "25006" where purpose == .reading: self = .invalidStatement(reason: "a read does not write")
        case "25006": self = .unavailable(reason: "the server is a standby, which takes no writes")
        case "42501":
            self = .unavailable(reason: "\(message): the role must own the database, or may create in its schema")
        case "XX001", "XX002": self = .corrupt(reason: message)
        default: self = Self.byClass(state.prefix(2), message)
        }
    }

    private static func byClass(_ state: Substring, _ message: String) -> StorageError {
        switch state {
        // Connection, insufficient resources, operator intervention, system error, internal error.
        case "08", "53", "57", "58", "XX", "28", "3D": .unavailable(reason: message)
        default: .invalidStatement(reason: message)
        }
    }

    private static func place(_ result: borrowing PostgresResult) -> String {
        let table = result.error("t") ?? ""
        if let column = result.error("c") { return "\(table).\(column)" }
        return result.error("n") ?? table
    }
}
