/// Step 7.
struct GoOnView: Sendable {
    let heading: HeadingView
    let commands: [Command]

    struct Command: Sendable {
        let what: String
        let command: String
    }

    init(_ walk: Walk, _ commands: Commands) {
        heading = HeadingView(.goOn, in: walk)
        self.commands = [
            Command(what: "Who is signed in, and which sessions a theft has ended", command: commands.sessions),
            Command(what: "The audit log, thefts only", command: commands.audit),
            Command(what: "A user of your own", command: commands.addUser),
            Command(
                what: "A token for another service (make examples starts orders on port 8081, billing on 8082)",
                command: commands.example(as: walk.userName)),
        ]
    }
}
