package import Secrets
package import Storage

/// Seals everything that is sealed with the active master secret, in small batches, while nodes serve.
///
/// Each box is replaced only where it still is what was read, so it may be broken off and begun again at any point, and
/// run twice at once.
package struct Resealing: Sendable {
    private let database: any Database
    private let secrets: MasterSecrets

    /// - Parameter secrets: With the one active under which everything is to be.
    package init(_ database: any Database, _ secrets: MasterSecrets) {
        self.database = database
        self.secrets = secrets
    }

    /// What a walk through all boxes has done so far.
    package struct Progress: Sendable, Hashable {
        package var seen = 0
        package var resealed = 0
        /// Those that do not open, with the reason: they stay as they are.
        package var unopened: [String] = []

        package init() {}
    }

    /// One walk; complete when a second one finds nothing to do.
    package func run(progress: (Progress) -> Void = { _ in }) async throws(StorageError) -> Progress {
        try await walk(progress) { column, rows, total throws(StorageError) in
            let new = renewed(rows, column, &total)
            guard !new.isEmpty else { return }
            total.resealed += try await database.writeAgain { tx throws(StorageError) in
                var count = 0
                for (row, box) in new where try tx.run(.replace(row, in: column, by: box)) { count += 1 }
                return count
            }
        }
    }

    /// Opens every box and changes nothing.
    package func check(progress: (Progress) -> Void = { _ in }) async throws(StorageError) -> Progress {
        try await walk(progress) { column, rows, total throws(StorageError) in
            for row in rows {
                do throws(SealedBoxError) {
                    _ = try SealedBox(bytes: row.box).open(
                        for: column.purpose, associatedData: row.associatedData, with: secrets)
                } catch {
                    total.unopened.append("\(column.name(of: row.key)): \(error)")
                }
            }
        }
    }

    private func walk(
        _ progress: (Progress) -> Void,
        _ body: (SealedColumn, [SealedRow], inout Progress) async throws(StorageError) -> Void
    ) async throws(StorageError) -> Progress {
        var total = Progress()
        for column in SealedColumn.all {
            var key = ""
            while true {
                let from = key
                let rows = try await database.read { tx throws(StorageError) in
                    try tx.run(.boxes(in: column, after: from))
                }
                guard let last = rows.last else { break }
                try await body(column, rows, &total)
                total.seen += rows.count
                progress(total)
                key = last.key
            }
        }
        return total
    }

    private func renewed(
        _ rows: [SealedRow], _ column: SealedColumn, _ total: inout Progress
    ) -> [(SealedRow, SealedBox)] {
        var new: [(SealedRow, SealedBox)] = []
        for row in rows {
            do throws(SealedBoxError) {
                let box = try SealedBox(bytes: row.box)
                guard box.secretNumber != secrets.activeNumber else { continue }
                new.append(
                    (row, try box.resealed(for: column.purpose, associatedData: row.associatedData, with: secrets)))
            } catch {
                total.unopened.append("\(column.name(of: row.key)): \(error)")
            }
        }
        return new
    }
}
