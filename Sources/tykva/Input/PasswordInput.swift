import Foundation
import Secrets

/// A new password, from a person at a terminal or from a script's standard input; never from an argument.
enum PasswordInput {
    private static let maximumBytes = 4 * Password.maximumBytes

    /// - Throws: A sentence when it is refused.
    static func read(
        fromStandardInput: Bool, by rules: PasswordRules, for owner: PasswordOwner
    ) async throws -> Password {
        let text =
            try fromStandardInput
            ? BoundedInput.line("the password", maximumBytes: maximumBytes) : askTwice(rules.minimum)
        do {
            return try await rules.accept(text, for: owner)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private static func askTwice(_ minimum: PasswordMinimum) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                "there is no terminal to ask for a password at: give it with --password-stdin", .usage)
        }
        let first = try ask("New password (at least \(minimum.characters) characters): ")
        guard try ask("The same again: ") == first else { throw CommandFailure("the two passwords differ") }
        return first
    }

    /// Reads a line without echo; Control-C ends the command with the terminal as it was.
    private static func ask(_ question: String) throws -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw CommandFailure("the terminal cannot be set up") }
        var silent = before
        // Without signals and line editing of the terminal's own, nothing can end us with the echo off.
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw CommandFailure("the terminal cannot be set up")
        }
        Console.ask(question)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Console.endQuestion()
        }
        var line = EditedLine(maximumBytes: maximumBytes)
        var byte: UInt8 = 0
        while true {
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { throw CommandFailure("no password was given") }
            switch try line.take(byte) {
            case .more: continue
            case .done(let text): return text
            case .givenUp: throw CommandFailure("no password was given")
            }
        }
    }
}
