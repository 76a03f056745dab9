import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct WebhookSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Changes what a webhook is told of, and whether it is.",
        discussion: """
            While it is disabled nothing is kept for it, and what waits is given up.

            Example:
              tykva webhook set w_4b0f5a1c6d2e4f708192a3b4c5d6e7f8 \\
                --event refresh_theft --enable
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The webhook, as `tykva webhook list` shows it.", transform: Arguments.webhookID)
    var id: WebhookID

    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("A type of events, in place of the old ones; may be repeated.", valueName: "type"),
        transform: Arguments.eventType)
    var types: [EventType] = []

    @Flag(name: .customLong("all-events"), help: "It is told of everything.")
    var hearsAll = false

    @Flag(name: .customLong("enable"), help: "It is told of events again.")
    var enables = false

    @Flag(name: .customLong("disable"), help: "It is told of nothing.")
    var disables = false

    func validate() throws {
        guard !types.isEmpty || hearsAll || enables || disables else {
            throw ValidationError("nothing was given to set")
        }
        guard types.isEmpty || !hearsAll else { throw ValidationError("--event is given, and --all-events too") }
        guard !enables || !disables else { throw ValidationError("--enable is given, and --disable too") }
    }

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let webhooks = WebhookAdministration(workplace.database)
            try await webhooks.change(
                id, types: types.isEmpty ? (hearsAll ? [] : nil) : types,
                isEnabled: enables ? true : (disables ? false : nil), at: workplace.now)
            if common.isJSON { return try Console.print(try await webhooks.find(id).json()) }
            try Console.print("changed webhook \(id)")
        }
    }
}
