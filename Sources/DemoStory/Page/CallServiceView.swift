import OAuth

/// Step 3.
struct CallServiceView: Sendable {
    let heading: HeadingView
    let isOpen: Bool
    let expiredLabel: String
    let calls: [Call]
    let curl: String?

    struct Call: Sendable {
        let what: String
        let sent: Sent?
        let exchange: ExchangeView
        let why: String
    }

    /// What stood after `Bearer`, with what was changed in it.
    struct Sent: Sendable {
        let before: String
        let changed: String
        let after: String
    }

    init(_ walk: Walk, _ commands: Commands, at now: Milliseconds) {
        heading = HeadingView(.callService, in: walk)
        isOpen = walk.signIn != nil
        let left = walk.signIn?.token.secondsLeft(at: now) ?? 0
        expiredLabel = left > 0 ? "After it has expired: in \(TimeText.seconds(left))" : "With the expired token"
        calls = walk.calls.reversed().map { call in
            Call(
                what: Self.title(call), sent: Self.sent(call), exchange: ExchangeView(call.answer),
                why: Self.reason(call, walk))
        }
        curl = walk.signIn.map { commands.orders(walk.refreshes.last?.tokens.access ?? $0.tokens.access) }
    }

    private static func title(_ call: Walk.OrdersCall) -> String {
        switch call.kind {
        case .valid: "With the token"
        case .missing: "Without a token"
        case .altered: "With one character changed"
        case .expired: call.answer.status == 200 ? "With the first token, before its end" : "With the expired token"
        }
    }

    private static func sent(_ call: Walk.OrdersCall) -> Sent? {
        guard call.kind == .altered, let bearer = call.bearer else { return nil }
        // Changing it back and forth finds the same place.
        let altered = AlteredToken(bearer)
        return Sent(
            before: "…" + altered.before.suffix(24),
            changed: String(bearer.dropFirst(altered.before.count).prefix(1)),
            after: altered.after.prefix(24) + "…")
    }

    private static func reason(_ call: Walk.OrdersCall, _ walk: Walk) -> String {
        switch (call.kind, call.answer.status) {
        case (.valid, 200): return "The service knows the person from the token alone."
        case (.valid, _):
            return "The service refused: has the token expired? Refresh in step 5, or start again."
        case (.missing, _): return "The challenge names the scheme and no error: nothing wrong was sent."
        case (.altered, _):
            return
                "The signature does not fit the changed claims. Which check refused stands in the service's log only."
        case (.expired, 200):
            let left = walk.signIn?.token.secondsLeft(at: call.answer.at) ?? 0
            return "Not yet: it had \(TimeText.seconds(left)) left. Press the button again after that."
        case (.expired, _): return "Its time was over. The application now uses its refresh token."
        }
    }
}
