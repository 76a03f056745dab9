import Foundation
import TestSupport

/// The built program, run as a person would run it, in an environment of its own.
struct Program: Sendable {
    let folder: TemporaryFolder
    var environment = ["PATH": "/usr/bin:/bin", "TYKVA_METRICS_LISTEN": "off"]
    /// What runs the program, with its arguments: empty for running it directly.
    var runner: [String] = []

    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let complaint: String

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
        let process = try process(arguments, output: output, complaint: complaint)
        process.standardInput = try input.map { try handle(of: $0) } ?? FileHandle.nullDevice
        let ended = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.continuation.finish() }
        try process.run()
        for await _ in ended.stream {}
        // Foundation keeps what has ended, and its files with it: with thousands of them open it reads past a buffer.
        for handle in [process.standardInput, process.standardOutput, process.standardError] {
            try (handle as? FileHandle).map { if $0 !== FileHandle.nullDevice { try $0.close() } }
        }
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            complaint: try String(contentsOfFile: complaint, encoding: .utf8))
    }

    /// Lines as a person types them into a shell.
    func shell(_ lines: String, input: String) async throws -> Outcome {
        var shell = self
        shell.runner = ["/bin/sh", "-c", lines]
        return try await shell.run([], input: input)
    }

    func process(_ arguments: [String], output: String, complaint: String) throws -> Process {
        let command = runner + [try BuildProducts.executable("tykva")] + arguments
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = environment
        // Where nobody has a folder `data`, as whoever has run the demo here has.
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = try Self.file(output)
        process.standardError = try Self.file(complaint)
        return process
    }

    /// Standard input as a file: a program that reads none of it breaks no pipe.
    func handle(of input: String) throws -> FileHandle {
        let path = try write(input, to: UUID().uuidString)
        return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    }

    private static func file(_ path: String) throws -> FileHandle {
        // A device is opened as it is.
        if !path.hasPrefix("/dev/") { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
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
