import Foundation

/// A terminal of a test's own: what is typed at one end arrives at the program's.
final class Terminal {
    struct Failed: Error {}

    // Linux's TIOCSPTLCK and TIOCGPTN: posix_openpt and its like hide behind feature macros.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    static let isAvailable = access("/dev/ptmx", R_OK | W_OK) == 0 && access("/dev/pts", X_OK) == 0

    private let keyboard: Int32
    /// The end that is open while the program is not.
    private let kept: Int32
    /// What the program has as its standard input.
    let path: String

    init() throws {
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (Int32(0), Int32(0))
        guard keyboard >= 0, ioctl(keyboard, Self.setLock, &lock) == 0, ioctl(keyboard, Self.getNumber, &number) == 0
        else { throw Failed() }
        path = "/dev/pts/\(number)"
        kept = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard kept >= 0, fcntl(keyboard, F_SETFL, O_NONBLOCK) == 0 else { throw Failed() }
    }

    deinit {
        close(keyboard)
        close(kept)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(keyboard, bytes, bytes.count)
    }

    /// What the terminal has shown so far.
    func shown() -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(keyboard, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
