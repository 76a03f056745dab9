import ArgumentParser

/// What a command's error becomes: text on one of the two outputs, and an exit code. Never a stack trace.
struct Report {
    private let status: ExitStatus
    private let lines: [String]
    /// Help and version, which were asked for.
    private let answer: String?

    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self.init(failure.status, [failure.sentence])
        case let faults as ConfigurationFaults: self.init(.configuration, faults.sentences)
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

    private init(_ status: ExitStatus, _ lines: [String], answer: String? = nil) {
        self.status = status
        self.lines = lines
        self.answer = answer
    }

    func tell() -> ExitStatus {
        for line in lines { Console.complain(line) }
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
