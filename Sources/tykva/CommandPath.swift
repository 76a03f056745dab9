import ArgumentParser

/// Which command the arguments name, as far as words go: the parser tells an unknown one as a stray argument, and a
/// group without a command as a question for help.
enum CommandPath {
    case command
    case unknown(String)
    case group(any ParsableCommand.Type)

    init(_ arguments: [String]) {
        var type: any ParsableCommand.Type = Tykva.self
        var path: [String] = []
        for word in arguments {
            let subcommands = type.configuration.subcommands
            // Flags and `help` are the parser's own.
            if subcommands.isEmpty || word.hasPrefix("-") || word == "help" {
                self = .command
                return
            }
            path.append(word)
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                self = .unknown(path.joined(separator: " "))
                return
            }
            type = next
        }
        self = type.configuration.subcommands.isEmpty ? .command : .group(type)
    }

    /// - Throws: What is wrong; a group is answered with its help.
    func check() throws {
        switch self {
        case .command: return
        case .unknown(let path): throw CommandFailure("there is no command `\(path)` (see --help)", .usage)
        case .group(let type): throw MissingCommand(help: Tykva.helpMessage(for: type))
        }
    }
}

/// A group was named and none of its commands.
struct MissingCommand: Error {
    let help: String
}
