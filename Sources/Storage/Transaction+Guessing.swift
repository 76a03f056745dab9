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
            let failures = try run(.countFailure(key, at: now))
            guard key.kind == .account, key.kind.policy.pause(after: failures) > GuessPolicy.toldPause,
                let lockout, let user = lockout.user
            else { continue }
            try recordOnceAndTell(lockout, .lockout, to: user)
        }
    }

    /// Removes records one after another, in the order in which all do it.
    package func forgetGuesses(_ keys: [GuessKey]) throws(StorageError) {
        for key in keys.sorted() { try run(.forgetGuesses(of: key)) }
    }

    /// Removes whatever is counted for an account, under its name and its proven address.
    ///
    /// - Returns: How many records there were.
    @discardableResult
    package func forgetGuesses(of account: Account) throws(StorageError) -> Int {
        let names = account.signInNames
        return names.isEmpty ? 0 : try run(.forgetGuesses(ofAccount: names))
    }
}

extension Account {
    /// What its person signs in with: the name, and the address once it is proven.
    package var signInNames: [UserName] {
        [name, emailVerifiedAt == nil ? nil : email].compactMap { $0.flatMap { try? UserName($0) } }
    }
}
