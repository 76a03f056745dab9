/// Step 5.
struct RefreshView: Sendable {
    let heading: HeadingView
    let isOpen: Bool
    let label: String
    let tokens: [TokenView]
    let curl: String?

    init(_ walk: Walk, _ commands: Commands) {
        heading = HeadingView(.refresh, in: walk)
        let done = walk.refreshes.count
        isOpen = heading.missing == nil && done < Steps.refreshes
        label = done == 0 ? "Refresh" : "Refresh again"
        var tokens: [TokenView] = []
        if let signIn = walk.signIn, done > 0 {
            tokens.append(
                TokenView("token(0)", signIn.tokens.refresh, remark: "used; the thief has a copy", kind: "old"))
        }
        for (index, refresh) in walk.refreshes.enumerated() {
            let isNewest = index + 1 == done
            let at = TimeText.clock(refresh.answer.at)
            tokens.append(
                TokenView(
                    "token(\(index + 1))", refresh.tokens.refresh,
                    remark: "HTTP \(refresh.answer.status) at \(at), \(isNewest ? "the owner's newest" : "used")",
                    kind: isNewest ? "newest" : "old"))
        }
        self.tokens = tokens
        let newest = walk.refreshes.last?.tokens ?? walk.signIn?.tokens
        curl = heading.missing == nil && walk.replay == nil ? newest.map { commands.refresh($0.refresh) } : nil
    }
}
