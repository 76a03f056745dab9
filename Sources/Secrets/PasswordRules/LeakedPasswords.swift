/// Who knows passwords that were stolen elsewhere and published.
package protocol LeakedPasswords: Sendable {
    /// - Returns: False also when it cannot be found out: then the operator is told, and the password passes.
    func contains(_ query: LeakedPasswordQuery) async -> Bool
}
