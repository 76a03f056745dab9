import Foundation

/// A port of loopback that nobody has at this moment.
enum FreePort {
    struct Failed: Error {}

    static func address() throws -> String { "127.0.0.1:\(try port())" }

    private static func port() throws -> UInt16 {
        try withSocket { descriptor in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            return try withUnsafeMutablePointer(to: &address) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0 else {
                        throw Failed()
                    }
                }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }

    private static func withSocket<Value>(_ body: (Int32) throws -> Value) throws -> Value {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failed() }
        defer { close(descriptor) }
        return try body(descriptor)
    }
}
