import Dispatch
import Foundation
import Secrets
import Synchronization

/// Looks the names of hosts up within a deadline. libpq would ask the system and wait for as long as that waits.
enum PostgresNames {
    /// What the system knows of a name: addresses in figures, or a sentence.
    typealias Resolver = @Sendable (_ name: String) -> Result<[String], Refusal>

    struct Refusal: Error {
        let reason: String
    }

    private static let running = Atomic<Int>(0)
    /// How many may be under way at once in this process: a thread each, which nothing ends before the system answers.
    private static let limit = 16
    private static let addressLimit = 8

    /// The same server at each of its addresses alone; itself when it is a socket's folder or an address already.
    ///
    /// libpq is never given several: it goes from one to the next when one refuses, and stays with one that is silent.
    ///
    /// - Parameter url: Of one server.
    /// - Throws: `unavailable` when the name cannot be looked up.
    static func resolved(
        _ url: PostgresURL, before deadline: ContinuousClock.Instant, by resolver: @escaping Resolver = system
    ) throws(StorageError) -> [PostgresURL] {
        guard url.address == nil, let host = url.parameters["host"], isName(host) else { return [url] }
        return try lookUp(host, before: deadline, by: resolver).map { url.at(address: $0) }
    }

    private static func isName(_ host: String) -> Bool {
        var (four, six) = (in_addr(), in6_addr())
        return !host.isEmpty && !host.hasPrefix("/") && !host.hasPrefix("@") && !host.contains("%")
            && inet_pton(AF_INET, host, &four) != 1 && inet_pton(AF_INET6, host, &six) != 1
    }

    private final class Answer: Sendable {
        let result = Mutex<Result<[String], Refusal>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    private static func lookUp(
        _ name: String, before deadline: ContinuousClock.Instant, by resolver: @escaping Resolver
    ) throws(StorageError) -> [String] {
        let answer = Answer()
        let isAllowed = running.wrappingAdd(1, ordering: .relaxed).newValue <= limit
        do throws(SystemError) {
            guard isAllowed else { throw SystemError(code: EAGAIN) }
            try WorkerThread.start("postgres-name", niceness: 0) {
                let result = resolver(name)
                answer.result.withLock { $0 = result }
                running.wrappingSubtract(1, ordering: .relaxed)
                answer.isThere.signal()
            }
        } catch {
            running.wrappingSubtract(1, ordering: .relaxed)
            throw refusal(name, "\(error)")
        }
        let left = max(.zero, deadline - .now)
        _ = answer.isThere.wait(timeout: .now() + left / .seconds(1))
        switch answer.result.withLock({ $0 }) {
        case nil: throw refusal(name, "there was no answer in time")
        case .failure(let refused): throw refusal(name, refused.reason)
        case .success(let addresses): return Array(addresses.prefix(addressLimit))
        }
    }

    private static func refusal(_ name: String, _ reason: String) -> StorageError {
        .unavailable(reason: "could not translate host name \"\(name)\" to address: \(reason)")
    }

    static func system(_ name: String) -> Result<[String], Refusal> {
        var hints = addrinfo()
        #if os(Linux)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(name, nil, &hints, &list)
        guard failure == 0 else { return .failure(Refusal(reason: String(cString: gai_strerror(failure)))) }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let code = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if code == 0 { addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)) }
            next = entry.ai_next
        }
        return addresses.isEmpty ? .failure(Refusal(reason: "it has none")) : .success(addresses)
    }
}
