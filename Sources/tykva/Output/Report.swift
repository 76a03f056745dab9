import ArgumentParser
import Storage

/// What a command's error becomes: text on one of the two outputs, and an exit code. Never a stack trace.
struct Report {
    private let status: ExitStatus
    private let lines: [String]
    /// Help and version, which were asked for.
    private let answer: String?
    /// Help that nobody asked for, and that is needed.
    private let hint: String?

    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self.init(failure.status, [failure.sentence])
        case let faults as ConfigurationFaults: self.init(.configuration, faults.sentences)
        case let missing as MissingCommand: self.init(.usage, [], hint: missing.help)
        case StorageError.unknownOutcome:
            self.init(
                .failed, [Self.sentence("\(error)") + "; look whether it was done, and give the command again if not"])
        case is FoundSomething: self.init(.failed, [])
        default:
            let code = Tykva.exitCode(for: error)
            if code == .success {
                self.init(.done, [], answer: Tykva.fullMessage(for: error))
            } else if code == .validationFailure {
                self.init(.usage, [Self.sentence(Tykva.message(for: error)) + " (see --help)"])
            } else {
                self.init(.failed, [Self.sentence("\(error)")])
            }
        }
    }

    private init(_ status: ExitStatus, _ lines: [String], answer: String? = nil, hint: String? = nil) {
        self.status = status
        self.lines = lines
        self.answer = answer
        self.hint = hint
    }

    func tell() -> ExitStatus {
        for line in lines { Console.complain(line) }
        if let hint { Console.explain(hint) }
        guard let answer else { return status }
        do {
            try Console.print(answer)
            return status
        } catch {
            return Report(error).tell()
        }
    }

    /// One line, of a length that a person reads.
    private static func sentence(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count <= 1000 ? line : line.prefix(1000) + "…"
    }
}
