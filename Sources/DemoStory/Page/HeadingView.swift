/// The head of a step: its number and title, how it stands, and what has to be said of it.
struct HeadingView: Sendable {
    let number: Int
    let title: String
    let anchor: String
    let state: String
    let isDone: Bool
    let notice: String?
    let missing: Missing?

    struct Missing: Sendable {
        let missingTitle: String
        let missingAnchor: String
    }

    init(_ step: StoryStep, in walk: Walk) {
        let standing = StepState(step, in: walk)
        number = step.rawValue
        title = step.title
        anchor = step.anchor
        let isMissing = step.missing(in: walk)
        state = standing == .later && isMissing == nil ? "open" : standing.rawValue
        isDone = standing == .done
        notice = walk.notice.flatMap { $0.step == step ? $0.text : nil }
        missing = isMissing.map { Missing(missingTitle: "\($0.rawValue) \($0.title)", missingAnchor: $0.anchor) }
    }
}
