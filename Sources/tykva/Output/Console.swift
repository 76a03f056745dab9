import Foundation

/// The two outputs of a command: answers to stdout, everything else to stderr.
enum Console {
    /// Writes a text and the end of its line.
    ///
    /// - Throws: When the output takes no more (a full disk): a script must not take half an answer for one.
    static func print(_ text: String) throws {
        try write(text + "\n")
    }

    static func write(_ text: String) throws {
        guard put(text, STDOUT_FILENO) else {
            throw CommandFailure("the output cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// One line on stderr, with the program's name before it.
    static func complain(_ sentence: String) {
        _ = put("tykva: \(TerminalText.escaped(sentence))\n", STDERR_FILENO)
    }

    /// Lines of the program's own on stderr.
    static func explain(_ text: String) {
        _ = put(text + "\n", STDERR_FILENO)
    }

    /// A question on stderr, without the end of a line.
    static func ask(_ question: String) {
        _ = put(TerminalText.escaped(question), STDERR_FILENO)
    }

    static func endQuestion() {
        _ = put("\n", STDERR_FILENO)
    }

    /// Ends the line of a terminal's stderr on which the cursor is.
    static func endLine() {
        if isatty(STDERR_FILENO) == 1 { endQuestion() }
    }

    /// Writes over the line of a terminal's stderr on which the cursor is.
    static func overwrite(_ line: String) {
        _ = put("\r\u{1B}[K\(TerminalText.escaped(line))", STDERR_FILENO)
    }

    private static func put(_ text: String, _ descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
