import Foundation

/// The programs that are measured: beside this one, built in the same way.
enum Programs {
    static let own = CommandLine.arguments[0]

    static let tykva = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "tykva").path

    static func serve(_ folder: String, _ issuer: String, _ port: Int, database: String? = nil) -> [String] {
        ["serve", "--data", folder, "--listen", "127.0.0.1:\(port)", "--issuer", issuer]
            + (database.map { ["--database", $0] } ?? [])
    }
}
