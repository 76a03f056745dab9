#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A failed system call: its `errno` and the system's words for it.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: Int32

    package init(code: Int32) {
        self.code = code
    }

    /// What the last failed call of this thread left behind.
    static var last: SystemError { SystemError(code: errno) }

    package var description: String {
        guard let words = strerror(code) else { return "system error \(code)" }
        return String(cString: words)
    }
}
