import Foundation

/// Held while a folder is prepared, so that two commands do not make two master secrets.
final class PreparationLock {
    private let descriptor: Int32
    private static let patience = 100

    /// Waits up to ten seconds for another command.
    init(_ folder: DataFolder) async throws {
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("the data folder \(folder.path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        for _ in 0..<Self.patience {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandFailure("another command is preparing the data folder \(folder.path)")
    }

    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
