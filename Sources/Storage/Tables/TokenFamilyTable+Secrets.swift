package import OAuth

/// How many sign-ins need a master secret, and until when at the latest.
package struct FamiliesOfSecret: Hashable, Sendable {
    package var count = 0
    /// When the last of them ends, if it is not used before: only those whose token was made under it.
    package var lastEnd: Milliseconds?

    package init() {}

    package mutating func add(_ other: FamiliesOfSecret) {
        count += other.count
        lastEnd = [lastEnd, other.lastEnd].compactMap(\.self).max()
    }
}

extension Statement where Answer == [UInt8]? {
    /// The key at the end of the next stretch of 10,000 families; nil when fewer are left.
    package static func endOfFamilies(after key: [UInt8]) -> Self {
        Self("SELECT id FROM token_family WHERE id > \(key) ORDER BY id LIMIT 1 OFFSET 9999") {
            rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try row.bytes("id") }
        }
    }
}

extension Statement where Answer == [UInt8: FamiliesOfSecret] {
    /// Which master secrets the living families of a stretch of keys need.
    ///
    /// - Parameters:
    ///   - end: Nil for all that come after `key`.
    ///   - repeatable: Of a rotation after this instant the call may still be repeated, with the token before.
    package static func familiesNeedingSecrets(
        after key: [UInt8], through end: [UInt8]?, repeatable: Milliseconds, at now: Milliseconds
    ) -> Self {
        var stretch: SQL = "id > \(key)"
        if let end { stretch = "\(stretch) AND id <= \(end)" }
        let living: SQL = """
            \(stretch) AND ended_at IS NULL AND idle_expires_at > \(now) AND expires_at > \(now)
            """
        return Self(
            """
            SELECT token_key AS secret, COUNT(*) AS families,
                   MAX(CASE WHEN idle_expires_at < expires_at THEN idle_expires_at ELSE expires_at END) AS last_end
            FROM token_family WHERE \(living) GROUP BY token_key
            UNION ALL
            SELECT previous_key AS secret, COUNT(*) AS families, NULL AS last_end
            FROM token_family
            WHERE \(living) AND previous_key IS NOT NULL AND previous_key <> token_key AND rotated_at > \(repeatable)
            GROUP BY previous_key
            """
        ) { rows throws(StorageError) in
            var needs: [UInt8: FamiliesOfSecret] = [:]
            for row in rows {
                var families = FamiliesOfSecret()
                families.count = Int(try row.integer("families"))
                families.lastEnd = try row.optionalInstant("last_end")
                needs[try row.narrow("secret"), default: FamiliesOfSecret()].add(families)
            }
            return needs
        }
    }
}
