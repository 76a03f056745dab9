import Foundation
import Synchronization

/// Another program, started by a test: what it reads and writes are files.
///
/// Foundation's `Process` lists the test process's open files each time it starts something, and with more than a
/// thousand of them, which the tests together have at times, it reads past its buffer.
package final class ChildProcess: Sendable {
    package enum End: Sendable, Equatable {
        /// A program or folder that is not there is 125 to 127, as `env` tells it; −1 when nobody can tell.
        case exited(Int32)
        case signalled(Int32)

        /// What it exited with; nil when a signal ended it.
        package var status: Int32? {
            guard case .exited(let status) = self else { return nil }
            return status
        }
    }

    package struct NotStarted: Error {
        package let command: [String]
        package let code: Int32
    }

    package let id: Int32
    private let known = Mutex(End?.none)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program, looked for in `PATH` unless it is a path, and its arguments.
    ///   - environment: The whole environment of the program; nil for the test's own.
    ///   - folder: Where the program runs.
    ///   - input: The file that is its standard input; those of its output and errors are written anew.
    /// - Throws: ``NotStarted`` when the system starts no process.
    package init(
        _ command: [String], environment: [String: String]? = nil, in folder: String = "/",
        input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
    ) throws {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        let written = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY | O_NOCTTY, 0)
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, written, 0o600)
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors, written, 0o600)
        // It gets none of the test's own: in a server that runs for long a listener would stay open.
        guard let closeFrom = Self.closeFrom, closeFrom(&files, STDERR_FILENO + 1) == 0 else {
            throw NotStarted(command: command, code: ENOSYS)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The thread that starts it may have signals blocked, and the process ignore some: a program would inherit it.
        var (blocked, asUsual) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        sigemptyset(&asUsual)
        for signal in [SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGCHLD] { sigaddset(&asUsual, signal) }
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setsigdefault(&attributes, &asUsual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var id: Int32 = 0
        let code = Self.withStrings(["/usr/bin/env", "-C", folder] + command) { arguments in
            Self.withStrings(variables) { posix_spawn(&id, "/usr/bin/env", &files, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw NotStarted(command: command, code: code) }
        self.id = id
    }

    /// Ends what nobody has waited for: a test that failed leaves nothing behind.
    deinit {
        stop(SIGKILL)
        _ = waited()
    }

    package var isRunning: Bool { end == nil }

    /// How it ended; nil while it runs.
    package var end: End? {
        known.withLock { end in
            guard end == nil else { return end }
            var status: Int32 = 0
            let found = waitpid(id, &status, WNOHANG)
            if found == -1, errno != EINTR {
                end = .exited(-1)
                return end
            }
            guard found == id else { return nil }
            end = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
            return end
        }
    }

    /// Sends a signal, unless it has ended: its number may be another's by then.
    package func stop(_ signal: Int32 = SIGTERM) {
        known.withLock { if $0 == nil { kill(id, signal) } }
    }

    /// Waits for its end.
    package func ended() async throws -> End {
        while true {
            if let end { return end }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits for its end, and the thread with it: for what ends in a moment.
    package func waited() -> End {
        while true {
            if let end { return end }
            usleep(1000)
        }
    }

    /// Hides from Swift behind a feature macro of glibc.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast(
            $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
