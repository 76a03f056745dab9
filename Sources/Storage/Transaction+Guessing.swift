package import OAuth

extension Transaction {
    /// Counts one wrong guess under each of some keys, in the order in which all do it.
    ///
    /// - Parameter lockout: Recorded and told, once for its `onceKey`, when the account's own record costs more than a
    ///   minute; nil when there is no such account.
    package func countFailures(
        _ keys: [GuessKey], telling lockout: Event?, at now: Milliseconds
    ) throws(StorageError) {
        for key in keys.sorted() {
            guard let record = try run(.countFailure(key, at: now)), key.kind == .account,
                key.kind.policy.pause(after: record.failures) > GuessPolicy.toldPause,
                let lockout, let user = lockout.user
            else { continue }
            try recordOnceAndTell(lockout, .lockout, to: user)
        }
    }

    /// Removes records one after another, in the order in which all do it.
    package func forgetGuesses(_ keys: [GuessKey]) throws(StorageError) {
        for key in keys.sorted() { try run(.forgetGuesses(of: key)) }
    }

    /// Removes whatever is counted for an account, under its name and its proven address, and in its sessions.
    ///
    /// - Returns: How many records there were.
    @discardableResult
    package func forgetGuesses(of account: Account) throws(StorageError) -> Int {
        try run(.forgetGuesses(of: account))
    }
}

extension Account {
    /// What its person signs in with: the name, and the address once it is proven.
    package var signInNames: [UserName] {
        [name, emailVerifiedAt == nil ? nil : email].compactMap { $0.flatMap { try? UserName($0) } }
    }
}
