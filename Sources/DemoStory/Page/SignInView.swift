import StrictFormats

/// Step 1.
struct SignInView: Sendable {
    let heading: HeadingView
    let isOpen: Bool
    let userName: String
    let password: String
    let people: String
    let lifetime: String
    let exchange: ExchangeView?
    let curl: String

    init(_ walk: Walk, _ commands: Commands) {
        heading = HeadingView(.signIn, in: walk)
        isOpen = walk.signIn == nil
        userName = walk.userName
        password = DemoStory.password
        people = DemoStory.people.map { "\($0.name) (\($0.roles.joined(separator: ", ")))" }.joined(separator: " and ")
        lifetime = walk.signIn?.token.lifetimeSeconds.map(TimeText.seconds) ?? "a minute"
        exchange = (walk.signIn?.answer ?? walk.refusedSignIn).map(ExchangeView.init)
        curl = commands.signIn(as: walk.userName)
    }
}
