/// Step 4.
struct CopyTokenView: Sendable {
    let heading: HeadingView
    let isOpen: Bool
    let copy: TokenView?

    init(_ walk: Walk) {
        heading = HeadingView(.copyToken, in: walk)
        isOpen = heading.missing == nil && !walk.isCopied
        copy = walk.signIn.flatMap { signIn in
            walk.isCopied ? TokenView("token(0)", signIn.tokens.refresh, remark: "copied, byte for byte") : nil
        }
    }
}
