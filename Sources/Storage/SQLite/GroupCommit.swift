/// Lets one commit serve many writes: what waits when the writer comes round shares a transaction.
///
/// A durable commit costs a flush of the disk, a hundred times what an update costs. So a batch takes what is there,
/// never waits for more, and ends after `entryLimit` writes or `timeLimit` of work; what comes meanwhile is the next
/// batch. Nobody is answered before the commit, since each may have read what another in the batch has written.
struct GroupCommit: Sendable {
    let queue: WriteQueue
    let entryLimit: Int
    let timeLimit: Duration

    /// Works off one batch.
    ///
    /// - Returns: Whether another is waiting.
    func runBatch(on connection: SQLiteConnection) -> Bool {
        do throws(StorageError) {
            try begin(connection)
        } catch {
            queue.removeAll().forEach { $0.refuse(error) }
            return queue.continues()
        }
        var performed: [PendingWrite.Performed] = []
        let breakdown = perform(&performed, on: connection)
        let fate = breakdown ?? commit(connection)
        if fate != nil { rollBack(connection) }
        queue.note { statistics in
            if fate == nil {
                statistics.commits += 1
                statistics.committedWrites += performed.count
            } else {
                statistics.failedBatches += 1
            }
        }
        performed.forEach { $0.answer(fate) }
        return queue.continues()
    }

    private func begin(_ connection: SQLiteConnection) throws(StorageError) {
        // Only a rollback that failed leaves one open.
        if connection.isInTransaction { try connection.control("ROLLBACK") }
        try connection.control("BEGIN IMMEDIATE")
    }

    /// - Returns: Why the batch must be given up, if it must.
    private func perform(
        _ performed: inout [PendingWrite.Performed], on connection: SQLiteConnection
    ) -> StorageError? {
        let end = ContinuousClock.now + timeLimit
        repeat {
            guard let write = queue.next() else { return nil }
            let done = write.perform(connection)
            performed.append(done)
            if let breakdown = done.breakdown { return breakdown }
        } while performed.count < entryLimit && ContinuousClock.now < end
        return nil
    }

    /// - Returns: What to tell the batch when it is not known to be committed.
    private func commit(_ connection: SQLiteConnection) -> StorageError? {
        do throws(StorageError) {
            try connection.control("COMMIT")
            return nil
        } catch {
            if case .unavailable(let reason) = error { return .unknownOutcome(reason: reason) }
            return .unknownOutcome(reason: error.description)
        }
    }

    private func rollBack(_ connection: SQLiteConnection) {
        guard connection.isInTransaction else { return }
        // When this fails too, the next batch tries it again before it begins, and is refused until it works.
        try? connection.control("ROLLBACK")
    }
}
