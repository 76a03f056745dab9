import OAuth
import Secrets

/// One browser's way through the story: in memory only, and shown to that browser only.
struct Walk: Sendable {
    /// What every form of this walk sends along, so that no other page can press its buttons.
    let formToken: String
    let beganAt: Milliseconds
    /// The name that was typed last.
    var userName = DemoStory.people[0].name
    /// The answer to a sign-in that was refused.
    var refusedSignIn: Exchange?
    var signIn: SignIn?
    /// The last call of each kind.
    var calls: [OrdersCall] = []
    var isCopied = false
    var refreshes: [Refresh] = []
    var replay: Replay?
    /// What the last step has to say beside its answer.
    var notice: Notice?

    init(at now: Milliseconds) {
        formToken = OneTimeValue.random().revealedText()
        beganAt = now
    }

    struct SignIn: Sendable {
        let answer: Exchange
        let tokens: IssuedTokens
        let token: ReadToken
        /// What our own verifier said of the token when it came.
        let check: Result<Void, Refusal>

        struct Refusal: Error {
            let reason: String
        }
    }

    struct OrdersCall: Sendable {
        let kind: OrdersCallKind
        let answer: Exchange
        /// What was sent after `Bearer`; nil when nothing was.
        let bearer: String?
    }

    struct Refresh: Sendable {
        let answer: Exchange
        let tokens: IssuedTokens
    }

    /// The thief's use of token(0), what the owner got after it, and what the audit log says.
    struct Replay: Sendable {
        let thief: Exchange
        let owner: Exchange
        let audit: TheftRecord?
    }

    struct Notice: Sendable {
        let step: StoryStep
        let text: String
    }
}

/// How the service is called.
enum OrdersCallKind: String, Sendable, CaseIterable {
    case valid
    case missing
    case altered
    case expired
}
