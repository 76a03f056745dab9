import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a token says, without trusting it, and warns of what is wrong with it.",
        discussion: """
            No signature is checked: `tykva verify` does that. Exit code 0 when
            there is nothing to warn of, 1 when there is.

            Example:
              tykva inspect token.txt
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A file with the token, or - for standard input.")
    var file: String

    func run() async throws {
        let token = try BoundedInput.token(file)
        let inspection = TokenInspection(of: token, now: SystemTime.wall())
        if common.isJSON { try Console.print(.object(inspection.document)) } else { try print(inspection) }
        guard inspection.warnings.isEmpty else { throw FoundSomething() }
    }

    private func print(_ inspection: TokenInspection) throws {
        try Console.print(TerminalText.escaped(inspection.summary) + " (\(inspection.byteCount) bytes)")
        try print("header", inspection.header)
        try print("claims", inspection.claims)
        for time in inspection.times { try Console.print("\(TerminalText.escaped(time.claim)): \(time.instant.text)") }
        for warning in inspection.warnings {
            try Console.print("warning: \(TerminalText.escaped(warning.description)) [\(warning.code.rawValue)]")
        }
        if inspection.warnings.isEmpty { try Console.print("no warnings") }
    }

    private func print(_ name: String, _ part: InspectedPart?) throws {
        guard let part else { return }
        if let value = part.value {
            try Console.print("\(name):")
            for member in value.members {
                let text = TerminalText.escapedJSON(member.value.encodedString)
                try Console.print("  \(TerminalText.escaped(member.name)): \(text)")
            }
        } else {
            try Console.print("\(name): \(TerminalText.escaped(part.text ?? "-"))")
        }
    }
}
