import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct WebhookAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a webhook: a URL that is told of events.",
        discussion: """
            Its secret is printed once, here; the receiver checks signatures with it
            (Standard Webhooks). Without --event it is told of everything.
            The URL is https, or http on a loopback host. One that holds a secret is given
            by standard input: the command line is seen by every user of the machine.

            Example:
              tykva webhook add https://hooks.example.com/tykva \\
                --event refresh_theft --event sign_in_failed
              echo https://hooks.example.com/s3cret | tykva webhook add --url-stdin
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Where events are posted to.", transform: Arguments.webhookURL)
    var url: WebhookURL?

    @Flag(name: .customLong("url-stdin"), help: "Take the URL from the first line of standard input.")
    var urlFromStandardInput = false

    @Option(
        name: .customLong("event"), help: ArgumentHelp("A type of events; may be repeated.", valueName: "type"),
        transform: Arguments.eventType)
    var types: [EventType] = []

    @Flag(name: .customLong("allow-private"), help: "The URL may lead to private and loopback addresses.")
    var allowsPrivate = false

    func validate() throws {
        guard url == nil || !urlFromStandardInput else { throw ValidationError("a URL is given, and --url-stdin too") }
        guard url != nil || urlFromStandardInput else { throw ValidationError("give a URL, or --url-stdin") }
    }

    func run() async throws {
        let url = try url ?? WebhookURL(BoundedInput.line("the URL", maximumBytes: WebhookURL.maximumBytes))
        try await Workplace.open(common, .preparing) { workplace in
            let added = try await WebhookAdministration(workplace.database).add(
                url, types: types, allowsPrivate: allowsPrivate, secrets: try await workplace.masterSecrets(),
                at: workplace.now)
            let (id, secret) = (added.listing.webhook.id, added.secret.revealedText())
            try Console.printSecret(anotherBy: "tykva webhook secret \(id)") {
                if common.isJSON { return try Console.print(added.listing.json(secret: secret)) }
                try Console.print("added webhook \(id)")
                try Console.print("its secret, shown this once: \(secret)")
            }
        }
    }
}
