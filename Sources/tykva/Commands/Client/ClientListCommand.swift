import ArgumentParser
import OAuth
import TykvaServer

struct ClientListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the clients.",
        discussion: """
            Example:
              tykva client list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let clients = try await ClientAdministration(workplace.database).list()
            var table = TextTable("ID", "NAME", "TYPE", "FIRST-PARTY", "GRANTS", "SCOPES", "CREATED")
            for client in clients {
                table.add(
                    client.id.text, client.displayName ?? "", client.kind, client.isFirstParty ? "yes" : "no",
                    client.grants.map(\.rawValue).joined(separator: " "), client.scope.text, client.createdAt.text)
            }
            var list = AnswerList(common, empty: "no clients yet; add one with `tykva client add ID`")
            try list.print(clients.map { $0.json() }, table)
            try list.end()
        }
    }
}
