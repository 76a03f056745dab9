package import OAuth
package import Storage

/// Takes an import through, batch after batch: what is in stays in, whatever becomes of the rest.
package struct ImportRun {
    package enum Mode: Sendable {
        case adding
        /// Nothing is written.
        case checking
    }

    /// What happens meanwhile, for whoever watches.
    package enum News {
        case refused(line: Int, ImportRefusal)
        /// A batch is done, which ends at this byte of the input.
        case progress(ImportTally, bytes: Int)
    }

    package let format: ImportFormat
    package private(set) var tally = ImportTally()
    private let users: UserImport
    private let mode: Mode
    private var reader: ImportReader
    private var duplicates = ImportDuplicates()

    /// - Parameter format: Nil to recognise it.
    package init(
        _ database: any Database, _ input: ImportInput, format: ImportFormat?, claimLimit: ClaimLimit, mode: Mode
    ) async throws {
        users = UserImport(database, claimLimit: claimLimit)
        self.mode = mode
        reader = try ImportReader(input, format: format, definitions: try await users.definitions())
        self.format = reader.format
    }

    /// How many users of a user storage an export of Keycloak only mentions.
    package var federatedUsers: Int { reader.federatedUsers }

    /// - Parameter now: Asked for each batch, since an import takes long.
    package mutating func run(
        now: () async throws -> Milliseconds, tell: (News) throws -> Void
    ) async throws {
        while let batch = try nextBatch() {
            let refusals = try await refusals(of: batch.users, at: now())
            try settle(batch, refusals, tell)
            try tell(.progress(tally, bytes: reader.bytes))
        }
    }

    private mutating func nextBatch() throws -> ImportBatch? {
        var batch = ImportBatch()
        while !batch.isFull, let entry = try reader.next() { batch.append(entry) }
        return batch.isEmpty ? nil : batch
    }

    private mutating func refusals(of new: [NewUser], at now: Milliseconds) async throws -> [InvalidValue?] {
        switch mode {
        case .adding: return try await users.add(new, at: now)
        case .checking:
            let refusals = try await users.check(new, at: now)
            return zip(new, refusals).map { user, refusal in refusal ?? duplicates.take(user) }
        }
    }

    /// Counts and tells what became of each, in the order in which they stood.
    private mutating func settle(
        _ batch: ImportBatch, _ refusals: [InvalidValue?], _ tell: (News) throws -> Void
    ) throws {
        var refusals = refusals[...]
        for entry in batch.entries {
            let refusal: ImportRefusal?
            switch entry.user {
            case .failure(let error): refusal = error
            case .success(let imported):
                refusal = (refusals.popFirst() ?? nil).map(ImportRefusal.value)
                if refusal == nil { tally.add(imported) }
            }
            guard let refusal else { continue }
            tally.refuse(refusal)
            try tell(.refused(line: entry.line, refusal))
        }
    }
}
