import Foundation

/// A file, a pipe or standard input that is read piece by piece.
final class StreamedFile {
    private static let pieceBytes = 65_536

    /// For a sentence.
    let name: String
    private let descriptor: Int32
    private let isOwned: Bool

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws {
        isOwned = path != "-"
        name = isOwned ? path : "standard input"
        descriptor = isOwned ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO
        guard descriptor >= 0 else { throw failure() }
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    /// How long it is; nil for what has no length, such as a pipe.
    var byteCount: Int? {
        let position = lseek(descriptor, 0, SEEK_CUR)
        guard position >= 0 else { return nil }
        let end = lseek(descriptor, 0, SEEK_END)
        return lseek(descriptor, position, SEEK_SET) == position && end > 0 ? Int(end) : nil
    }

    /// The next piece; empty at the end.
    func read() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            return Array(buffer[..<count])
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure("\(name) cannot be read: \(String(cString: strerror(errno)))")
    }
}
