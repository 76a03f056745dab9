import ArgumentParser
import OAuth
import StrictFormats

/// Values of attributes as the command line gives them; what is wrong is told without the value, which may be secret.
struct AttributeArguments: ParsableArguments {
    @Option(
        name: .customLong("attribute"),
        help: ArgumentHelp("A text attribute; may be repeated.", valueName: "name=text"))
    var texts: [String] = []

    @Option(
        name: .customLong("attribute-json"),
        help: ArgumentHelp("An attribute of another type, as JSON; may be repeated.", valueName: "name=json"))
    var documents: [String] = []

    @Option(
        name: .customLong("attribute-file"),
        help: ArgumentHelp(
            "A text attribute from a file, or standard input (-): a secret one does not belong on a command line, "
                + "where every process sees it. May be repeated.", valueName: "name=path"))
    var textFiles: [String] = []

    @Option(
        name: .customLong("attribute-json-file"),
        help: ArgumentHelp("The same as JSON; may be repeated.", valueName: "name=path"))
    var documentFiles: [String] = []

    private static let standardInput = "-"

    var isEmpty: Bool { texts.isEmpty && documents.isEmpty && textFiles.isEmpty && documentFiles.isEmpty }

    var readsStandardInput: Bool { standardInputs > 0 }

    private var standardInputs: Int {
        (textFiles + documentFiles).count { (try? Self.split($0))?.text == Self.standardInput }
    }

    func validate() throws {
        try Arguments.check {
            for argument in texts + textFiles + documentFiles { _ = try Self.split(argument) }
            for argument in documents {
                let (name, text) = try Self.split(argument)
                _ = try Self.json(Array(text.utf8), of: name)
            }
        }
        guard standardInputs <= 1 else { throw ValidationError("standard input can be read for one value only") }
    }

    /// Every value that was given, with the files read now.
    func values() throws -> [(name: String, value: JSONValue)] {
        var values: [(name: String, value: JSONValue)] = []
        for argument in texts {
            let (name, text) = try Self.split(argument)
            values.append((name, .string(text)))
        }
        for argument in documents {
            let (name, text) = try Self.split(argument)
            values.append((name, try Self.json(Array(text.utf8), of: name)))
        }
        for argument in textFiles {
            let (name, path) = try Self.split(argument)
            guard let text = String(validating: try Self.read(path, name), as: UTF8.self) else {
                throw CommandFailure("attribute \(name) in \(path) is not UTF-8 text")
            }
            values.append((name, .string(text)))
        }
        for argument in documentFiles {
            let (name, path) = try Self.split(argument)
            values.append((name, try Self.json(try Self.read(path, name), of: name)))
        }
        return values
    }

    /// What a file holds, without the end of its last line.
    private static func read(_ path: String, _ name: String) throws -> [UInt8] {
        var bytes = try BoundedInput.bytes(path, "attribute \(name)", maximumBytes: 2 * AttributeLimits.valueBytes)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }

    private static func json(_ bytes: [UInt8], of name: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, limits: AttributeLimits.json)
        } catch {
            throw InvalidValue("attribute \(name)", "\(error)")
        }
    }

    private static func split(_ argument: String) throws -> (name: String, text: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
            throw InvalidValue("attribute", "it must have the form NAME=VALUE")
        }
        let name = try Arguments.attributeName(String(argument[..<sign]))
        return (name.text, String(argument[argument.index(after: sign)...]))
    }
}
