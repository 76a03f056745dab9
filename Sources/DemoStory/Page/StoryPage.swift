import OAuth

/// The whole page of a walk, as its template reads it.
struct StoryPage: Sendable {
    let issuer: String
    let formToken: String
    let now: String
    let contents: [Entry]
    let currentNumber: Int
    let currentAnchor: String
    let currentTitle: String
    let signIn: SignInView
    let readToken: ReadTokenView
    let callService: CallServiceView
    let copyToken: CopyTokenView
    let refresh: RefreshView
    let replay: ReplayView
    let goOn: GoOnView

    struct Entry: Sendable {
        let title: String
        let anchor: String
        let state: String
        let stateText: String
        let isCurrent: Bool
    }

    init(_ walk: Walk, stage: DemoStory.Stage, at now: Milliseconds) {
        let commands = Commands(issuer: stage.issuer, program: stage.program, dataFolder: stage.dataFolder)
        let current = StoryStep.current(of: walk)
        issuer = stage.issuer.text
        formToken = walk.formToken
        self.now = TimeText.clock(now)
        contents = StoryStep.allCases.map { step in
            let state = StepState(step, in: walk)
            return Entry(
                title: step.title, anchor: step.anchor, state: state.rawValue, stateText: "(\(state.text))",
                isCurrent: step == current)
        }
        currentNumber = current.rawValue
        currentAnchor = current.anchor
        currentTitle = current.title
        signIn = SignInView(walk, commands)
        readToken = ReadTokenView(walk, commands, at: now)
        callService = CallServiceView(walk, commands, at: now)
        copyToken = CopyTokenView(walk)
        refresh = RefreshView(walk, commands)
        replay = ReplayView(walk, commands, at: now)
        goOn = GoOnView(walk, commands)
    }
}

/// Where a step stands in a walk.
enum StepState: String, Sendable {
    case done
    case now
    case later

    init(_ step: StoryStep, in walk: Walk) {
        if step.isDone(in: walk) {
            self = .done
        } else {
            self = step == .current(of: walk) ? .now : .later
        }
    }

    var text: String {
        switch self {
        case .done: "done"
        case .now: "to do now"
        case .later: "later"
        }
    }
}
