import Dispatch
import Foundation
import OAuth
import Synchronization

/// Looks names up by the system's resolver: off the event loops, few at once, and never longer than its caller waits.
///
/// Whoever asks for a name that is being looked up waits for that answer: many messages to one receiver ask once.
final class NameLookup: Sendable {
    private let queue = DispatchQueue(label: "tykva.names", attributes: .concurrent)
    private let lookUp: @Sendable (String) throws -> [NetworkAddress]
    /// Who waits for which host.
    private let running = Mutex<[String: [Answer]]>([:])

    /// - Parameter lookUp: Waits for the answer; the system's resolver by default.
    init(lookUp: @escaping @Sendable (String) throws -> [NetworkAddress] = NameLookup.system) {
        self.lookUp = lookUp
    }

    /// - Returns: The addresses of a host in the resolver's order, each once.
    /// - Throws: `InvalidValue` when there are none, or too many look-ups or who wait for one;
    ///   `CancellationError`.
    func addresses(of host: String) async throws -> [NetworkAddress] {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if answer.await(continuation) { ask(host, for: answer) }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    private func ask(_ host: String, for answer: Answer) {
        enum Place { case first, later, none }
        let place = running.withLock { running -> Place in
            let waiting = running[host]?.count ?? 0
            guard waiting < Limits.waitingForName, waiting > 0 || running.count < Limits.nameLookups
            else { return .none }
            running[host, default: []].append(answer)
            return waiting == 0 ? .first : .later
        }
        switch place {
        case .none: answer.give(.failure(InvalidValue(host, "too many names are being looked up")))
        case .later: break
        case .first:
            queue.async { [lookUp] in
                let result = Result { try lookUp(host) }
                let waiting = self.running.withLock { $0.removeValue(forKey: host) }
                for answer in waiting ?? [] { answer.give(result) }
            }
        }
    }

    @Sendable static func system(_ host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        guard status == 0 else { throw InvalidValue(host, String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(first) }
        var found: [NetworkAddress] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ai_next
            guard let address = numeric(entry.pointee), !found.contains(address) else { continue }
            found.append(address)
        }
        guard !found.isEmpty else { throw InvalidValue(host, "it has no address") }
        return found
    }

    /// An address with a zone (`fe80::1%eth0`) is none that could be allowed.
    private static func numeric(_ entry: addrinfo) -> NetworkAddress? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        return NetworkAddress(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}

/// What the look-up and its cancellation both may give, and only the first of them does.
private final class Answer: Sendable {
    private enum State {
        case waiting(CheckedContinuation<[NetworkAddress], any Error>?)
        case given
    }

    private let state = Mutex(State.waiting(nil))

    /// False when it was cancelled before: then the continuation has its answer.
    func await(_ continuation: CheckedContinuation<[NetworkAddress], any Error>) -> Bool {
        let isWaiting = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !isWaiting { continuation.resume(throwing: CancellationError()) }
        return isWaiting
    }

    func give(_ result: Result<[NetworkAddress], any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<[NetworkAddress], any Error>? in
            guard case .waiting(let continuation) = state else { return nil }
            state = .given
            return continuation
        }
        continuation?.resume(with: result)
    }
}
