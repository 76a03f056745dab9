import ArgumentParser
import OAuth
import Storage

/// Which messages of the outbox a command means.
struct MessageSelection: ParsableArguments {
    @Option(help: "Only those of a kind: backchannel_logout, mail or webhook.", transform: Arguments.messageKind)
    var kind: MessageKind?

    @Option(help: "Only those that are waiting, delivered or given_up.", transform: Arguments.messageState)
    var state: MessageState?

    var filter: MessageFilter { MessageFilter(kind: kind, state: state) }
}

/// One message, or all that are selected.
struct MessageChoice: ParsableArguments {
    @Argument(help: "The message, as `tykva outbox list` shows it.", transform: Arguments.messageID)
    var id: MessageID?

    @Flag(name: .customLong("all"), help: "All messages that the other options select.")
    var isAll = false

    @OptionGroup var selection: MessageSelection

    @Flag(help: "Do not ask first.")
    var yes = false

    func validate() throws {
        guard (id != nil) != isAll else { throw ValidationError("give a message, or --all") }
        guard isAll || (selection.kind == nil && selection.state == nil) else {
            throw ValidationError("--kind and --state go with --all")
        }
    }

    /// - Returns: Whether there is anything to do.
    /// - Throws: When a person says no.
    func confirm(_ verb: String, _ count: Int64) throws -> Bool {
        guard count > 0 else { return false }
        if !yes { try Confirmation.ask("\(verb) \(count) message\(count == 1 ? "" : "s")?") }
        return true
    }
}
