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

    /// The same hosts with their addresses beside them, one entry an address; what is a socket or an address stays.
    ///
    /// - Throws: `unavailable` when no host is left. Of several hosts those that cannot be looked up are left out.
    static func resolved(
        _ parameters: [String: String], before deadline: ContinuousClock.Instant,
        by resolver: @escaping Resolver = system
    ) throws(StorageError) -> [String: String] {
        guard parameters["hostaddr"] == nil, let host = parameters["host"] else { return parameters }
        let names = list(host)
        let ports = list(parameters["port"] ?? "")
        guard names.contains(where: isName), ports.count == 1 || ports.count == names.count else { return parameters }
        var found: [(name: String, address: String, port: String)] = []
        var failure: StorageError?
        for (index, name) in names.enumerated() {
            let port = ports.count == 1 ? ports[0] : ports[index]
            do throws(StorageError) {
                let addresses = isName(name) ? try lookUp(name, before: deadline, by: resolver) : [""]
                found += addresses.map { (name, $0, port) }
            } catch {
                failure = error
            }
        }
        if found.isEmpty, let failure { throw failure }
        var parameters = parameters
        parameters["host"] = found.map(\.name).joined(separator: ",")
        parameters["hostaddr"] = found.map(\.address).joined(separator: ",")
        if parameters["port"] != nil { parameters["port"] = found.map(\.port).joined(separator: ",") }
        return parameters
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
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

    private static func system(_ name: String) -> Result<[String], Refusal> {
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
