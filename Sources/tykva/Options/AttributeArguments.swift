import ArgumentParser
import OAuth
import StrictFormats

/// Values of attributes as the command line gives them.
struct AttributeArguments: ParsableArguments {
    @Option(
        name: .customLong("attribute"),
        help: ArgumentHelp("A text attribute; may be repeated.", valueName: "name=text"), transform: Self.text)
    var texts: [Assignment] = []

    @Option(
        name: .customLong("attribute-json"),
        help: ArgumentHelp("An attribute of another type, as JSON; may be repeated.", valueName: "name=json"),
        transform: Self.json)
    var documents: [Assignment] = []

    struct Assignment: Sendable {
        let name: String
        let value: JSONValue
    }

    var values: [(name: String, value: JSONValue)] { (texts + documents).map { ($0.name, $0.value) } }

    @Sendable private static func text(_ argument: String) throws -> Assignment {
        let (name, text) = try split(argument)
        return Assignment(name: name, value: .string(text))
    }

    @Sendable private static func json(_ argument: String) throws -> Assignment {
        let (name, text) = try split(argument)
        return Assignment(name: name, value: try JSONValue(parsing: text, limits: AttributeLimits.json))
    }

    private static func split(_ argument: String) throws -> (name: String, text: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
            throw InvalidValue("attribute", "it must have the form NAME=VALUE")
        }
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }
}
