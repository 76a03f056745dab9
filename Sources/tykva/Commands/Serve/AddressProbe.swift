import Foundation
import TykvaServer

/// Looks whether an address can be listened on, before a start writes anything that would stay.
enum AddressProbe {
    /// - Parameter hint: What else can be done, at the end of the sentence.
    /// - Throws: A sentence with the address and the system's reason.
    static func check(_ address: ListenAddress, hint: String = "") throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(address.host, String(address.port), &hints, &list)
        guard failure == 0, let first = list else {
            throw refusal(address, String(cString: gai_strerror(failure)), hint)
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
        guard descriptor >= 0 else { throw refusal(address, String(cString: strerror(errno)), hint) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            throw refusal(address, String(cString: strerror(errno)), hint)
        }
    }

    private static func refusal(
        _ address: ListenAddress, _ reason: String, _ hint: String
    ) -> CommandFailure {
        CommandFailure("the server cannot listen at \(address): \(reason.lowercased())\(hint)")
    }
}
