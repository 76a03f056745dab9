import OAuth
import Storage

/// What is told of refreshes beyond thefts, after the transaction: strangers, fast-forwards, a session that moved.
struct RefreshEvents: Sendable {
    private let recorder: EventRecorder

    init(_ recorder: EventRecorder) { self.recorder = recorder }

    /// Row 3, and tokens ahead that an old master secret can have made: at most one event a family and hour, because
    /// a stranger can cause it.
    func note(_ refusal: RefreshOutcome.Refusal, _ use: RefreshUse, _ origin: RequestOrigin) {
        let type: EventType
        switch refusal.decision {
        case .stranger: type = .refreshByStranger
        case .over(.otherSecret), .over(.unusedSecret): type = .refreshOfOtherSecret
        case .unknown, .over, .rotate, .retry, .theft, .fastForward: return
        }
        recorder.note(
            event(type, refusal.user, refusal.session, use, origin) { key in
                "\(type.rawValue) \(key) \(use.now.seconds / 3600)"
            })
    }

    /// Row 8: once a family and generation.
    func noteFastForward(_ family: LiveFamily, _ use: RefreshUse, _ origin: RequestOrigin) {
        recorder.note(
            event(.refreshFastForward, family.user, family.session, use, origin) { key in
                "fast-forward \(key) \(family.generation)"
            })
    }

    /// A rotation whose caller has both another network and another agent than the one before. The person is told.
    func note(_ family: LiveFamily, _ use: RefreshUse, _ origin: RequestOrigin) {
        let before = family.previous
        let now = use.caller.holder
        guard before.address.network != now.address.network, before.agent != now.agent else { return }
        recorder.note(
            event(.sessionContinuesElsewhere, family.user, family.session, use, origin) { key in
                "elsewhere \(key) \(family.generation)"
            }, telling: .sessionContinuesElsewhere)
    }

    private func event(
        _ type: EventType, _ user: UserID?, _ session: SessionID?, _ use: RefreshUse, _ origin: RequestOrigin,
        onceKey: (String) -> String
    ) -> Event {
        let key = use.family.bytes.map { String($0, radix: 16) }.joined(separator: ".")
        return Event(
            at: use.now, type: type, user: user, client: use.caller.client, session: session, family: use.family,
            holder: origin.holder, requestID: origin.requestID, onceKey: onceKey(key))
    }
}
