package import OAuth
package import Storage

/// What operators do with messages that go out; a change records its event in its own transaction.
package struct OutboxAdministration: Sendable {
    package static let pageLength: Int64 = 200
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// A page of messages, newest first, after the last of the page before.
    package func page(
        _ wanted: MessageFilter, after last: OutboxListing?, limit: Int64 = pageLength
    ) async throws -> [OutboxListing] {
        try await database.read { tx throws(StorageError) in
            try tx.run(.messages(wanted, after: last, limit: limit))
        }
    }

    /// How many messages are meant.
    package func count(_ meant: MessageFilter) async throws -> Int64 {
        try await database.read { tx throws(StorageError) in try tx.run(.countMessages(meant)) }
    }

    /// Makes a message due now, whether it waits or was given up.
    ///
    /// - Throws: `InvalidValue` when there is none, or it was delivered.
    package func retry(_ id: MessageID, at now: Milliseconds) async throws {
        try await change(id, .messageRetried, at: now) { tx, message throws(StorageError) in
            guard message.state != .delivered else { return "it was delivered already" }
            return try tx.run(.retry(id, at: now)) ? nil : "it was delivered meanwhile"
        }
    }

    /// Removes a message: nobody will be told.
    ///
    /// - Throws: `InvalidValue` when there is none.
    package func drop(_ id: MessageID, at now: Milliseconds) async throws {
        try await change(id, .messageDropped, at: now) { tx, _ throws(StorageError) in
            try tx.run(.drop(id)) ? nil : "it is gone already"
        }
    }

    /// Makes all that are meant due now but those that are, in steps that hold nobody up.
    ///
    /// - Returns: How many those were.
    package func retryAll(_ meant: MessageFilter, at now: Milliseconds) async throws -> Int {
        try await changeAll(.messageRetried, meant, at: now) { .retry(meant, at: now) }
    }

    /// Removes all that are meant: nobody will be told.
    ///
    /// - Returns: How many those were.
    package func dropAll(_ meant: MessageFilter, at now: Milliseconds) async throws -> Int {
        try await changeAll(.messageDropped, meant, at: now) { .drop(meant) }
    }

    /// Each step writes an event with its number of messages: a kill leaves no change untold.
    private func changeAll(
        _ type: EventType, _ meant: MessageFilter, at now: Milliseconds,
        _ step: @escaping @Sendable () -> Statement<Int>
    ) async throws -> Int {
        let kind = meant.kind.map { #","kind":"\#($0.rawValue)""# } ?? ""
        var total = 0
        while true {
            let count = try await database.writeAgain { tx throws(StorageError) in
                let count = try tx.run(step())
                guard count > 0 else { return 0 }
                try tx.run(.record(Event(at: now, type: type, detail: #"{"messages":\#(count)\#(kind)}"#)))
                return count
            }
            guard count > 0 else { return total }
            total += count
        }
    }

    private func change(
        _ id: MessageID, _ type: EventType, at now: Milliseconds,
        _ body: @escaping @Sendable (any Transaction, OutboxListing) throws(StorageError) -> String?
    ) async throws {
        let refusal = try await database.writeAgain { tx throws(StorageError) -> String? in
            guard let message = try tx.run(.message(id)) else { return "there is none of this id" }
            if let refusal = try body(tx, message) { return refusal }
            try tx.run(
                .record(
                    Event(
                        at: now, type: type, user: message.user, client: message.client, session: message.session)))
            return nil
        }
        if let refusal { throw InvalidValue("message \(id)", refusal) }
    }
}
