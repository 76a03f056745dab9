import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct WebhookTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends one event to a webhook now, and says what became of it.",
        discussion: """
            The event's type is webhook_test. It is sent once, from this machine, also to a
            webhook that is disabled. Exit code 0 when the receiver took it, else 1.

            Example:
              tykva webhook test w_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The webhook, as `tykva webhook list` shows it.", transform: Arguments.webhookID)
    var id: WebhookID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let database = workplace.database
            let deployment = try await database.read { tx throws(StorageError) in try tx.run(.deployment) }
            let post = WebhookPost(
                try await workplace.masterSecrets(), issuer: try deployment.map { try Issuer($0.issuer) })
            let event: EventID
            do {
                event = try await WebhookAdministration(database).test(id, by: post, at: workplace.now)
            } catch let error as StorageError {
                throw error
            } catch {
                throw CommandFailure("the event did not arrive: \(error)")
            }
            try Console.done(
                "the receiver took the event \(event)",
                [("webhook", .string(id.text)), ("event", .string(event.text)), ("delivered", true)], common)
        }
    }
}
