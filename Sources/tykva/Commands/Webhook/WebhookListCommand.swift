import ArgumentParser
import OAuth
import Storage
import TykvaServer

struct WebhookListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the webhooks, and how they fare.",
        discussion: """
            GIVEN UP counts messages since the last one that arrived.

            Example:
              tykva webhook list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let webhooks = try await WebhookAdministration(workplace.database).list()
            var table = TextTable(
                "ID", "URL", "EVENTS", "STATE", "LAST SUCCESS", "LAST FAILURE", "WAITING", "GIVEN UP", "LAST ERROR")
            for listing in webhooks {
                let webhook = listing.webhook
                table.add(
                    webhook.id.text, webhook.url.text, listing.typesText, webhook.state,
                    webhook.succeededAt?.text ?? "", webhook.failedAt?.text ?? "", "\(listing.waiting)",
                    "\(webhook.givenUp)", webhook.lastError ?? "")
            }
            var list = AnswerList(common, empty: "no webhooks yet; add one with `tykva webhook add URL`")
            try list.print(webhooks.map { $0.json() }, table)
            try list.end()
        }
    }
}
