import Foundation
import Synchronization

/// A mail server on loopback that says what a test wants, and keeps what it was told.
final class ScriptedServer: Sendable {
    /// What has just happened on a connection.
    enum Event: Hashable, Sendable {
        case connection
        /// The first word of a command, `EHLO` or `MAIL`, with the rest.
        case command(String, String)
        /// A line of an authentication.
        case credentials(String)
        /// So many bytes of a message have come, without its end.
        case part(Int)
        case message
    }

    enum Answer: Sendable {
        /// As a server would that takes everything.
        case usual
        /// These lines, each ended here.
        case say([String])
        case bytes([UInt8])
        /// These bytes again and again, until the client hangs up.
        case endless([UInt8])
        case silence
        case hangUp

        static func say(_ line: String) -> Self { .say([line]) }
    }

    private struct State {
        var sockets: Set<Int32> = []
        var connections = 0
        var commands: [String] = []
        var messages: [[UInt8]] = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    private let answer: @Sendable (Event, Int) -> Answer

    /// - Parameter answer: What is answered to an event on a connection of this number, from 0.
    init(_ answer: @escaping @Sendable (Event, Int) -> Answer = { _, _ in .usual }) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // So that a long message does not fit into the system's buffers.
        var window: Int32 = 4096
        setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    deinit { close(listener) }

    var connections: Int { state.withLock { $0.connections } }
    var openConnections: Int { state.withLock { $0.sockets.count } }
    /// Every command so far, in order.
    var commands: [String] { state.withLock { $0.commands } }
    /// Every whole message so far, as it was before dots were doubled.
    var messages: [[UInt8]] { state.withLock { $0.messages } }

    func stop() {
        let sockets = state.withLock { state in
            state.isStopped = true
            return state.sockets
        }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while true {
            let socket = Foundation.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            let number = state.withLock { state in
                state.sockets.insert(socket)
                state.connections += 1
                return state.connections - 1
            }
            Thread.detachNewThread { [self] in
                var talk = Talk(socket: socket, number: number, server: self)
                talk.run()
                state.withLock { _ = $0.sockets.remove(socket) }
                close(socket)
            }
        }
    }

    fileprivate func note(command: String) { state.withLock { $0.commands.append(command) } }
    fileprivate func note(message: [UInt8]) { state.withLock { $0.messages.append(message) } }
    fileprivate func answer(to event: Event, on connection: Int) -> Answer { answer(event, connection) }
}

/// What is said on one connection.
private struct Talk {
    let socket: Int32
    let number: Int
    let server: ScriptedServer
    private var unread: [UInt8] = []
    private var isAuthenticating = false

    init(socket: Int32, number: Int, server: ScriptedServer) {
        self.socket = socket
        self.number = number
        self.server = server
    }

    mutating func run() {
        guard reply(to: .connection, usually: ["220 test.example ESMTP"]) else { return }
        while let line = readLine() {
            guard take(line) else { return }
        }
    }

    /// - Returns: Whether the talk goes on.
    private mutating func take(_ line: String) -> Bool {
        if isAuthenticating {
            isAuthenticating = false
            return reply(to: .credentials(line), usually: ["235 2.7.0 welcome"])
        }
        server.note(command: line)
        let word = String(line.prefix { $0 != " " })
        let event = ScriptedServer.Event.command(word, String(line.dropFirst(word.count + 1)))
        switch word {
        case "EHLO": return reply(to: event, usually: ["250-test.example", "250-SIZE 1000000", "250 AUTH PLAIN"])
        case "AUTH":
            isAuthenticating = true
            return reply(to: event, usually: ["334 "])
        case "DATA":
            var isData = false
            guard reply(to: event, usually: ["354 go on"], whenUsual: { isData = true }) else { return false }
            return !isData || readMessage()
        case "QUIT":
            _ = reply(to: event, usually: ["221 bye"])
            return false
        default: return reply(to: event, usually: ["250 2.0.0 as you like"])
        }
    }

    private mutating func readMessage() -> Bool {
        let end = Array("\r\n.\r\n".utf8)
        while !unread.suffix(end.count).elementsEqual(end) {
            guard fill(), reply(to: .part(unread.count), usually: []) else { return false }
        }
        let text = String(decoding: unread.dropLast(3), as: UTF8.self).replacing("\r\n..", with: "\r\n.")
        unread = []
        server.note(message: Array(text.utf8))
        return reply(to: .message, usually: ["250 2.0.0 taken"])
    }

    private func reply(
        to event: ScriptedServer.Event, usually lines: [String], whenUsual: () -> Void = {}
    ) -> Bool {
        switch server.answer(to: event, on: number) {
        case .usual:
            whenUsual()
            return send(lines.flatMap { Array("\($0)\r\n".utf8) })
        case .say(let lines): return send(lines.flatMap { Array("\($0)\r\n".utf8) })
        case .bytes(let bytes): return send(bytes)
        case .endless(let bytes):
            while send(bytes) {}
            return false
        case .silence: return true
        case .hangUp: return false
        }
    }

    private mutating func readLine() -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
            }
            guard fill() else { return nil }
        }
    }

    private mutating func fill() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        unread += bytes[..<count]
        return true
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
