/// What the signing keys are for at this moment, and what is to be done with them: a pure function of stored instants,
/// settings and time.
package struct KeyPlan: Sendable {
    /// How far ahead an instant may lie before it counts as written by a wrong clock.
    private static let wrongClock: Duration = .seconds(300)

    private let keys: [PlannedKey]
    private let times: KeyTimes
    private let now: Milliseconds

    package init(_ keys: [PlannedKey], _ times: KeyTimes, at now: Milliseconds) {
        self.keys = keys
        self.times = times
        self.now = now
    }

    package var active: PlannedKey? { keys.last { $0.life.state(at: now) == .active } }
    package var successor: PlannedKey? { keys.first { $0.life.state(at: now) == .published } }

    /// When the successor takes over; nil when there is none.
    package var rotationAt: Milliseconds? {
        guard let active, let successor, let activeAt = active.life.activeAt else { return nil }
        let scheduled = activeAt + times.rotation
        let wanted = min(scheduled, active.rotationAskedAt ?? scheduled)
        return max(wanted, successor.life.publishedAt + times.publication)
    }

    /// The next instant at which the key set or the key that signs changes by itself.
    package var nextChangeAt: Milliseconds? {
        let departures = keys.filter { $0.life.state(at: now) == .retiring }.compactMap(\.life.goneAt)
        return (departures + [rotationAt].compactMap(\.self)).min()
    }

    /// What is to be done now; nil when nothing is.
    package var due: KeyChange? {
        guard let active else {
            guard let successor else { return .begin }
            return .promote(successor.id, over: nil, successor.algorithm)
        }
        guard let successor else { return .publish(active.algorithm) }
        if let wrong = keys.first(where: isAhead) { return .redate(wrong.id) }
        if let gone = keys.first(where: { $0.life.state(at: now) == .gone && !$0.isErased }) { return .erase(gone.id) }
        if let rotationAt, rotationAt <= now {
            return .promote(successor.id, over: active.id, successor.algorithm)
        }
        return nil
    }

    private func isAhead(_ key: PlannedKey) -> Bool {
        guard key.life.state(at: now) != .gone else { return false }
        let written = [key.life.publishedAt, key.life.activeAt, key.life.retiringAt, key.rotationAskedAt]
        return written.contains { $0.map { $0 > now + Self.wrongClock } ?? false }
    }
}
