import Foundation
import Synchronization

/// A port of loopback that nobody has at this moment, and that the system gives to nobody else.
///
/// Those that it chooses itself begin at 32768: one of them could go to another test before it is used.
package enum FreePort {
    struct Failed: Error {}

    private static let range = UInt16(10_000)..<32_768
    private static let next = Mutex(UInt16.random(in: range))

    package static func address() throws -> String { "127.0.0.1:\(try port())" }

    package static func port() throws -> UInt16 {
        for _ in range {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if try isFree(port) { return port }
        }
        throw Failed()
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failed() }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
