import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct AttributeRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes an attribute that nobody uses.",
        discussion: """
            Example:
              tykva attribute remove level
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The attribute's name.", transform: Arguments.attributeName)
    var name: AttributeName

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await AttributeAdministration(workplace.database).remove(name, at: workplace.now)
            try Console.done(
                "removed attribute \(name)", [("attribute", .string(name.text)), ("done", "removed")], common)
        }
    }
}
