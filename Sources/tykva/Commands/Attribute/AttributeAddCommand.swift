import ArgumentParser
import OAuth
import TykvaServer

struct AttributeAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Defines an attribute.",
        discussion: """
            A public attribute may go into access tokens, which everyone they pass can
            read; a personal one goes into ID tokens and UserInfo only; a secret one
            never leaves the store.

            Example:
              tykva attribute add department --class public --type string
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The attribute's name, and its claim's.", transform: Arguments.attributeName)
    var name: AttributeName

    @Option(name: .customLong("class"), help: "public, personal or secret.", transform: Arguments.attributeClass)
    var kind: AttributeClass

    @Option(help: "string, number, boolean, array or object.", transform: Arguments.attributeType)
    var type: AttributeType

    func run() async throws {
        try await Workplace.open(common, .preparing) { workplace in
            try await AttributeAdministration(workplace.database)
                .add(name, class: kind, type: type, at: workplace.now)
            let definition = AttributeDefinition(name: name, class: kind, type: type, isBuiltIn: false)
            if common.isJSON {
                try Console.print(definition.json)
            } else {
                try Console.print("added attribute \(name) (\(kind.rawValue) \(type.rawValue))")
            }
        }
    }
}
