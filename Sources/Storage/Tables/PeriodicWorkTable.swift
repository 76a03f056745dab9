package import OAuth

/// Work that is done now and then by one of the nodes that share a store.
package struct PeriodicWork: Hashable, Sendable {
    package let name: String
    /// This process; another one has another.
    package let holder: String

    package init(name: String, holder: String) {
        self.name = name
        self.holder = holder
    }
}

extension Statement where Answer == Bool {
    /// Takes work that is due, or goes on holding it; false when it is not due, or another node holds it.
    ///
    /// - Parameter until: When another node may take it over, because this one has not said that it goes on.
    package static func take(_ work: PeriodicWork, until: Milliseconds, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO periodic_work (name, holder, leased_until, due_at)
            VALUES (\(work.name), \(work.holder), \(until), \(now))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
            WHERE periodic_work.due_at <= excluded.due_at
              AND (periodic_work.holder = excluded.holder OR periodic_work.leased_until <= excluded.due_at)
            RETURNING name
            """
        ) { rows in !rows.isEmpty }
    }

    /// Lays work down until it is due again; false when another node has taken it over meanwhile.
    package static func finish(_ work: PeriodicWork, nextDue: Milliseconds) -> Self {
        Self(
            """
            UPDATE periodic_work SET leased_until = 0, due_at = \(nextDue)
            WHERE name = \(work.name) AND holder = \(work.holder)
            RETURNING name
            """
        ) { rows in !rows.isEmpty }
    }
}
