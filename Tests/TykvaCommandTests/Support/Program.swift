import Foundation
import TestSupport

/// The built program, run as a person would run it, in an environment of its own.
struct Program: Sendable {
    let folder: TemporaryFolder
    var environment = ["PATH": "/usr/bin:/bin", "TYKVA_METRICS_LISTEN": "off"]
    /// What runs the program, with its arguments: empty for running it directly.
    var runner: [String] = []

    struct Outcome: Sendable {
        let end: ChildProcess.End
        let output: String
        let complaint: String

        /// What it exited with; nil when a signal ended it.
        var status: Int32? { end.status }

        /// Everything that was printed anywhere.
        var all: String { output + complaint }

        func json() throws -> Any {
            try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
        }
    }

    init() throws { folder = try TemporaryFolder() }

    var data: String { folder.file("data") }

    /// Runs a command on the data folder of this test.
    func callAsFunction(_ arguments: String..., input: String? = nil) async throws -> Outcome {
        try await run(arguments + ["--data", data], input: input)
    }

    func run(_ arguments: [String], input: String? = nil) async throws -> Outcome {
        let (output, complaint) = (folder.file(UUID().uuidString), folder.file(UUID().uuidString))
        let end = try await start(arguments, input: input.map(file(of:)), output: output, complaint: complaint).ended()
        return Outcome(
            end: end, output: try String(contentsOfFile: output, encoding: .utf8),
            complaint: try String(contentsOfFile: complaint, encoding: .utf8))
    }

    /// Lines as a person types them into a shell.
    func shell(_ lines: String, input: String) async throws -> Outcome {
        var shell = self
        shell.runner = ["/bin/sh", "-c", lines]
        return try await shell.run([], input: input)
    }

    /// Starts it in a folder where nobody has a folder `data`, as whoever has run the demo here has.
    func start(
        _ arguments: [String], input: String? = nil, output: String, complaint: String
    ) throws -> ChildProcess {
        let command = runner + [try BuildProducts.executable("tykva")] + arguments
        return try ChildProcess(
            command, environment: environment, in: folder.path, input: input ?? "/dev/null", output: output,
            errors: complaint)
    }

    /// Standard input as a file: a program that reads none of it breaks no pipe.
    func file(of input: String) throws -> String { try write(input, to: UUID().uuidString) }
}

extension Program {
    static let password = "correct horse battery staple"

    /// A user with a password that tests know.
    func addUser(_ name: String = "anna", _ arguments: String...) async throws -> Outcome {
        try await run(
            ["user", "add", name, "--password-stdin", "--data", data] + arguments, input: Self.password + "\n")
    }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let path = folder.file(name)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }
}
