/// The types of value that both engines store alike.
package enum SQLType: Sendable, Hashable {
    /// `TEXT`: Unicode without U+0000, which PostgreSQL cannot store.
    case text
    /// `BIGINT`: 64 bits, signed.
    case integer
    /// `BYTEA`.
    case bytes
}
