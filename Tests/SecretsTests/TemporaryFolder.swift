import Foundation

/// A folder that is gone with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "tykva-secrets-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file with exactly this mode.
    func write(_ content: String, to name: String, mode: Int = 0o600) throws -> String {
        try write(Data(content.utf8), to: name, mode: mode)
    }

    func write(_ content: Data, to name: String, mode: Int = 0o600) throws -> String {
        let file = file(name)
        try content.write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}
