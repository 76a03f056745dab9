/// What has happened to a signing key, and when: its state is a pure function of this and of time.
///
/// An instant that is there has come, whatever a clock says now: a clock that is set back makes no key young again.
/// Only `goneAt` is written ahead, when the key retires.
package struct KeyLife: Hashable, Sendable {
    package var publishedAt: Milliseconds
    package var activeAt: Milliseconds?
    package var retiringAt: Milliseconds?
    /// When it leaves the key set.
    package var goneAt: Milliseconds?
    /// When an operator withdrew the trust in it: from then on nothing that it signed is believed.
    package var revokedAt: Milliseconds?

    package init(
        publishedAt: Milliseconds, activeAt: Milliseconds? = nil, retiringAt: Milliseconds? = nil,
        goneAt: Milliseconds? = nil, revokedAt: Milliseconds? = nil
    ) {
        self.publishedAt = publishedAt
        self.activeAt = activeAt
        self.retiringAt = retiringAt
        self.goneAt = goneAt
        self.revokedAt = revokedAt
    }

    package func state(at now: Milliseconds) -> KeyState {
        if revokedAt != nil { return .gone }
        // A successor that was withdrawn is so at once.
        if let goneAt, goneAt <= now || retiringAt == nil { return .gone }
        if retiringAt != nil { return .retiring }
        return activeAt != nil ? .active : .published
    }

    /// When the key came into the state that it is in.
    package func since(at now: Milliseconds) -> Milliseconds {
        switch state(at: now) {
        case .published: publishedAt
        case .active: activeAt ?? publishedAt
        case .retiring: retiringAt ?? publishedAt
        case .gone: revokedAt ?? goneAt ?? publishedAt
        }
    }

    /// Until when a token that it signed may be alive somewhere; nil while it signs, and when it never did.
    package var tokensAliveUntil: Milliseconds? {
        guard activeAt != nil else { return nil }
        if let revokedAt { return revokedAt + KeyTimes.disbelief }
        return retiringAt.map { $0 + KeyTimes.retirement }
    }
}
