/// The steps of the story, in their order.
enum StoryStep: Int, Sendable, CaseIterable {
    case signIn = 1
    case readToken
    case callService
    case copyToken
    case refresh
    case replay
    case goOn

    var title: String {
        switch self {
        case .signIn: "Sign in"
        case .readToken: "Read the token"
        case .callService: "Call a service"
        case .copyToken: "A thief copies a token"
        case .refresh: "The owner goes on"
        case .replay: "The thief comes back"
        case .goOn: "Now you"
        }
    }

    /// Where the page shows it.
    var anchor: String { "step-\(rawValue)" }

    func isDone(in walk: Walk) -> Bool {
        switch self {
        case .signIn, .readToken: walk.signIn != nil
        case .callService: !walk.calls.isEmpty
        case .copyToken: walk.isCopied
        case .refresh: walk.refreshes.count >= Steps.refreshes
        case .replay: walk.replay != nil
        case .goOn: false
        }
    }

    /// The step that is to be taken before this one; nil when this one can be taken. Calling a service may be left out.
    func missing(in walk: Walk) -> StoryStep? {
        let needed: [StoryStep] =
            switch self {
            case .signIn, .goOn: []
            case .readToken, .callService, .copyToken: [.signIn]
            case .refresh: [.signIn, .copyToken]
            case .replay: [.signIn, .copyToken, .refresh]
            }
        return needed.first { !$0.isDone(in: walk) }
    }

    /// Where a walk stands: the first step that is not done.
    static func current(of walk: Walk) -> StoryStep {
        allCases.first { !$0.isDone(in: walk) && $0.missing(in: walk) == nil } ?? .goOn
    }
}
