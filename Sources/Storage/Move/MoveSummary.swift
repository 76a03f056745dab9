/// A finished move: what both sides hold, and the target's restore epoch.
package struct MoveSummary: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package let name: String
        package let checksum: TableChecksum
    }

    package let tables: [Table]
    /// Higher than any that the source has used (docs/refresh.md, row 8).
    package let restoreEpoch: Int64

    package var rows: Int { tables.reduce(0) { $0 + $1.checksum.rows } }
}
