import Foundation

/// Asks a person before something is done to much at once.
enum Confirmation {
    /// - Throws: When the answer is not `yes`; then nothing was done.
    static func ask(_ question: String) throws {
        Console.ask("\(question) Type yes to go on: ")
        let answer = try BoundedInput.line("the answer", maximumBytes: 80)
        // A terminal has ended the line of the question itself.
        if isatty(STDIN_FILENO) == 0 { Console.endQuestion() }
        guard answer == "yes" else { throw CommandFailure("nothing was done") }
    }
}
