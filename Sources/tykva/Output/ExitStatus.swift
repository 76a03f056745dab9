import Foundation

/// What scripts can tell from the exit code.
enum ExitStatus: Int32, Sendable {
    case done = 0
    /// Refused, found, failed.
    case failed = 1
    /// ArgumentParser's own is 64.
    case usage = 2
    /// EX_CONFIG of sysexits.h.
    case configuration = 78

    func exit() -> Never { Foundation.exit(rawValue) }
}
