import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct SessionEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Ends a session, or all sessions of a user.",
        discussion: """
            Refresh tokens are refused from then on; access tokens end by themselves
            within minutes.

            Example:
              tykva session end --user anna
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The session, as `tykva session list` shows it.", transform: Arguments.sessionID)
    var session: SessionID?

    @Option(help: "All sessions of this user.", transform: Arguments.userName)
    var user: UserName?

    func validate() throws {
        guard (session == nil) != (user == nil) else {
            throw ValidationError("give either a session or --user NAME")
        }
    }

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let sessions = SessionAdministration(workplace.database)
            var ended: [SessionID] = []
            if let session {
                try await sessions.end(session, at: workplace.now)
                ended = [session]
            } else if let user {
                ended = try await sessions.endAll(of: user, at: workplace.now)
            }
            let what = session.map { "session \($0)" } ?? "\(ended.count) \(ended.count == 1 ? "session" : "sessions")"
            try Console.done("ended \(what)", [("ended_sessions", ended.map(\.text).json)], common)
        }
    }
}
