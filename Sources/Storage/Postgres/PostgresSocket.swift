import Foundation

/// Waiting for a socket, with an end.
enum PostgresSocket {
    /// - Returns: False when nothing happened until the deadline.
    static func wait(_ socket: Int32, _ events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return isReady(socket, events) }
            let milliseconds = min(max(left / .milliseconds(1), 1), 60_000)
            var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
            switch poll(&descriptor, 1, Int32(milliseconds.rounded(.up))) {
            case 1: return true
            case 0: continue
            // Interrupted by a signal, or no such descriptor: libpq tells which when it is asked next.
            default: if errno != EINTR { return true }
            }
        }
    }

    /// How many bytes have come that nobody has read.
    static func available(_ socket: Int32) -> Int {
        #if os(Linux)
            let request = UInt(FIONREAD)
        #else
            let request = UInt(0x4004_667F)
        #endif
        var count: Int32 = 0
        return ioctl(socket, request, &count) == 0 ? Int(count) : 0
    }

    static func isReady(_ socket: Int32, _ events: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }
}
