/// What the engines' transactions have in common: each is held to its first error.
protocol EngineTransaction: AnyObject, Transaction {
    /// The first error of the store; nothing runs after it.
    var failure: StorageError? { get set }
}

extension EngineTransaction {
    /// Runs the closure of a caller, and holds it to the first error.
    func outcome<Outcome>(
        of body: (any Transaction) throws(StorageError) -> Outcome
    ) -> Result<Outcome, StorageError> {
        do throws(StorageError) {
            let outcome = try body(self)
            return failure.map(Result.failure) ?? .success(outcome)
        } catch {
            return .failure(error)
        }
    }

    /// Runs one thing, unless something failed before it.
    func noting<Answer>(_ work: () throws(StorageError) -> Answer) throws(StorageError) -> Answer {
        if let failure { throw failure }
        do throws(StorageError) {
            return try work()
        } catch {
            failure = error
            throw error
        }
    }
}
