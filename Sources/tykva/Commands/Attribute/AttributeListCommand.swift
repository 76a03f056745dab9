import ArgumentParser
import OAuth
import TykvaServer

struct AttributeListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the attributes with their classes.",
        discussion: """
            Example:
              tykva attribute list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let definitions = try await AttributeAdministration(workplace.database).list()
            var table = TextTable("NAME", "CLASS", "TYPE", "DEFINED")
            for definition in definitions {
                table.add(
                    definition.name.text, definition.class.rawValue, definition.type.rawValue,
                    definition.isBuiltIn ? "from the start" : "by an operator")
            }
            var list = AnswerList(common, empty: "no attributes")
            try list.print(definitions.map(\.json), table)
            try list.end()
        }
    }
}
