import Foundation

/// Public keys as PEM files, for programs whose configuration names each of them, as HAProxy's does.
///
/// There are always as many, whatever the number of keys: `1.pem` is the newest, which is the successor, `2.pem` the
/// one before it, which signs, then those that signed before. Where there are fewer keys, the oldest is there again.
struct KeyFiles {
    static let count = 4

    let folder: String

    /// Writes what has changed, each file at once. After a rotation a key is in its new file before it leaves its old
    /// one: whoever reads them meanwhile finds every key that stays.
    ///
    /// - Parameter keys: In the order of the key set, the newest last; at least one.
    /// - Returns: The files that were written.
    func write(_ keys: [String]) throws -> [String] {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("\(folder) cannot be made: \(error.localizedDescription)")
        }
        let newest = Array(keys.reversed().prefix(Self.count))
        var written: [String] = []
        for number in stride(from: Self.count, through: 1, by: -1) {
            let path = "\(folder)/\(number).pem"
            let key = Array(newest[min(number, newest.count) - 1].utf8)
            guard FileManager.default.contents(atPath: path).map({ [UInt8]($0) }) != key else { continue }
            try replace(path, by: key)
            written.append(path)
        }
        return written.reversed()
    }

    /// Puts a key whose private half nobody has in the place of all: none is to be believed any more. Does nothing when
    /// there are no files.
    ///
    /// - Parameter key: Makes it; asked once for a folder, so that a second run changes nothing.
    /// - Returns: Whether there were files.
    func writeNone(_ key: () throws -> String) throws -> Bool {
        let stored = FileManager.default.contents(atPath: nobody).map { String(decoding: $0, as: UTF8.self) }
        guard stored != nil || FileManager.default.fileExists(atPath: "\(folder)/1.pem") else { return false }
        let key = try stored ?? key()
        if stored == nil { try replace(nobody, by: Array(key.utf8)) }
        _ = try write([key])
        return true
    }

    private var nobody: String { "\(folder)/nobody.pem" }

    /// Through a file beside it, which is on the disk before it takes the other's place.
    private func replace(_ path: String, by bytes: [UInt8]) throws {
        let new = path + ".new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure(new) }
        let isWritten =
            bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
            && fsync(descriptor) == 0
        let reason = Self.failure(new)
        guard close(descriptor) == 0, isWritten else { throw reason }
        guard rename(new, path) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
