/// Where a signing key is in its life.
package enum KeyState: String, Sendable, CaseIterable {
    /// In the key set, so that verifiers know it before it signs.
    case published
    /// Signs.
    case active
    /// Signs no more; in the key set until the last token it signed has expired.
    case retiring
    /// Out of the key set.
    case gone
}

/// The instants of a key's life: its state is a pure function of time.
package struct KeyLife: Hashable, Sendable {
    package let publishedAt: Milliseconds
    package let activeAt: Milliseconds?
    package let retiringAt: Milliseconds?
    package let goneAt: Milliseconds?

    package init(
        publishedAt: Milliseconds, activeAt: Milliseconds?, retiringAt: Milliseconds? = nil, goneAt: Milliseconds? = nil
    ) {
        self.publishedAt = publishedAt
        self.activeAt = activeAt
        self.retiringAt = retiringAt
        self.goneAt = goneAt
    }

    package func state(at now: Milliseconds) -> KeyState {
        func reached(_ instant: Milliseconds?) -> Bool { instant.map { $0 <= now } ?? false }
        if reached(goneAt) { return .gone }
        if reached(retiringAt) { return .retiring }
        return reached(activeAt) ? .active : .published
    }
}
