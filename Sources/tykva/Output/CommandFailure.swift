/// Why a command ends without having done its work: one sentence and the exit code.
struct CommandFailure: Error, CustomStringConvertible {
    let sentence: String
    let status: ExitStatus

    init(_ sentence: String, _ status: ExitStatus = .failed) {
        self.sentence = sentence
        self.status = status
    }

    var description: String { sentence }
}
