import Foundation
import Synchronization

@testable import Storage

extension PostgresConnection {
    convenience init(_ url: PostgresURL, _ options: PostgresOptions) throws(StorageError) {
        try self.init(url, options, before: .now + options.connect)
    }
}

/// A server on loopback that speaks PostgreSQL's protocol and says what a test wants.
///
/// https://www.postgresql.org/docs/15/protocol-message-formats.html
final class FakePostgres: Sendable {
    enum Answer: Sendable {
        /// As a server with an empty database would.
        case usual
        /// These messages, and that the server is ready again.
        case messages([UInt8])
        /// These bytes and nothing after them.
        case bytes([UInt8])
        /// These bytes again and again, until the client hangs up.
        case endless([UInt8], after: [UInt8] = [])
        case silence
        /// As usual, once it is told so; until then the backend is stuck, and does not notice that its client hangs up.
        case stuck(until: @Sendable () -> Bool)
    }

    private struct State {
        var sockets: Set<Int32> = []
        var cancellations = 0
        var names: [String] = []
        /// The one that asked something last.
        var lastAsking: Int32?
        var isStopped = false
    }

    private let listener: Int32
    let port: UInt16
    private let state = Mutex(State())
    private let answer: @Sendable (String) -> Answer

    /// - Parameter answer: What is answered to a statement.
    init(_ answer: @escaping @Sendable (String) -> Answer) throws {
        self.answer = answer
        (listener, port) = try Self.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    deinit { close(listener) }

    /// A socket that takes connections into its queue, on 127.0.0.1 unless `lastByte` says otherwise.
    static func listen(lastByte: UInt32 = 1, port: UInt16 = 0) throws -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (0x7F00_0000 + lastByte).bigEndian
        address.sin_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && Foundation.listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    func url(_ more: String = "") -> String { Self.url([self], more) }

    /// One URL of several.
    static func url(_ servers: [FakePostgres], _ more: String = "") -> String {
        let hosts = servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return "postgres://tester@\(hosts)/test?sslmode=disable\(more)"
    }

    /// Connections that are open now.
    var connections: Int { state.withLock { $0.sockets.count } }
    /// How often a statement was to be given up.
    var cancellations: Int { state.withLock { $0.cancellations } }
    /// Names under which statements were prepared, in order.
    var names: [String] { state.withLock { $0.names } }

    /// Refuses new connections; those that are open go on.
    func closeDoor() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Hangs up on whoever has asked last.
    func cutLastAsking() {
        if let socket = state.withLock({ $0.lastAsking }) { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    func stop() {
        let sockets = state.withLock { state in
            state.isStopped = true
            return state.sockets
        }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while !state.withLock({ $0.isStopped }) {
            let socket = Foundation.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            state.withLock { _ = $0.sockets.insert(socket) }
            Thread.detachNewThread { [self] in
                Talk(socket: socket, server: self).run()
                state.withLock { _ = $0.sockets.remove(socket) }
                close(socket)
            }
        }
    }

    /// What is said on one connection.
    private struct Talk {
        let socket: Int32
        let server: FakePostgres
        var statements: [String: String] = [:]
        var pending: [UInt8] = []
        var executed: String?
        var isInTransaction = false

        init(socket: Int32, server: FakePostgres) {
            self.socket = socket
            self.server = server
        }

        consuming func run() {
            guard greet() else { return }
            while let kind = read(1)?.first, let length = number(), let body = read(length - 4) {
                guard kind != UInt8(ascii: "X"), take(kind, body) else { return }
            }
        }

        private func greet() -> Bool {
            while let length = number(), let body = read(length - 4) {
                switch UInt32(bigEndian: body.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }) {
                case 80_877_102:
                    server.state.withLock { $0.cancellations += 1 }
                    return false
                case 80_877_103, 80_877_104: guard send([UInt8(ascii: "N")]) else { return false }
                default:
                    let settings = [
                        "server_version": "15.1", "client_encoding": "UTF8", "in_hot_standby": "off",
                        "default_transaction_read_only": "off", "standard_conforming_strings": "on",
                    ]
                    let status = settings.flatMap { Message.parameter($0.key, $0.value) }
                    return send(Message.authenticated + status + Message.key + Message.ready)
                }
            }
            return false
        }

        /// - Returns: Whether the talk goes on.
        private mutating func take(_ kind: UInt8, _ body: [UInt8]) -> Bool {
            let texts = body.split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            switch kind {
            case UInt8(ascii: "P"):
                statements[texts[0]] = texts[1]
                if !texts[0].isEmpty { server.state.withLock { $0.names.append(texts[0]) } }
                pending += Message.make("1")
            case UInt8(ascii: "B"):
                executed = statements[texts[1]]
                pending += Message.make("2")
            case UInt8(ascii: "S"):
                defer { (pending, executed) = ([], nil) }
                guard let executed else { return send(pending + ready) }
                return say(executed)
            case UInt8(ascii: "Q"): return say(texts[0])
            default: break
            }
            return true
        }

        private mutating func say(_ text: String) -> Bool {
            server.state.withLock { $0.lastAsking = socket }
            switch server.answer(text) {
            case .usual: return send(pending + usual(text) + ready)
            case .messages(let messages): return send(pending + messages + ready)
            case .bytes(let bytes): return send(pending + bytes)
            case .silence: return true
            case .stuck(let isOver):
                while !isOver(), !server.state.withLock({ $0.isStopped }) { Thread.sleep(forTimeInterval: 0.01) }
                return send(pending + usual(text) + ready)
            case .endless(let bytes, let beginning):
                guard send(pending + beginning) else { return false }
                while send(bytes) {}
                return false
            }
        }

        private var ready: [UInt8] { Message.make("Z", [UInt8(ascii: isInTransaction ? "T" : "I")]) }

        private mutating func usual(_ text: String) -> [UInt8] {
            if executed != nil { return Message.usualRows(text) }
            return text.split(separator: ";").flatMap { statement -> [UInt8] in
                let word = statement.split(separator: " ").first.map(String.init) ?? ""
                if word == "BEGIN" { isInTransaction = true }
                if word == "COMMIT" || word == "ROLLBACK" { isInTransaction = false }
                return Message.done(word)
            }
        }

        private func number() -> Int? {
            guard let bytes = read(4) else { return nil }
            return bytes.reduce(0) { $0 << 8 | Int($1) }
        }

        private func read(_ count: Int) -> [UInt8]? {
            guard count >= 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: count)
            var done = 0
            while done < count {
                let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + done, count - done, 0) }
                guard got > 0 else { return nil }
                done += got
            }
            return bytes
        }

        private func send(_ bytes: [UInt8]) -> Bool {
            var done = 0
            while done < bytes.count {
                let sent = bytes.withUnsafeBytes { buffer in
                    Foundation.send(
                        socket, buffer.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return false }
                done += sent
            }
            return true
        }
    }

    /// What a server says, message by message.
    enum Message {
        static func make(_ kind: Character, _ body: [UInt8] = []) -> [UInt8] {
            [kind.asciiValue ?? 0] + integer(Int32(body.count + 4)) + body
        }

        static func done(_ tag: String) -> [UInt8] { make("C", text(tag)) }

        /// A refusal; without a state when it is empty.
        static func refusal(_ state: String) -> [UInt8] {
            let code = state.isEmpty ? [] : [UInt8(ascii: "C")] + text(state)
            let severity = [UInt8(ascii: "S")] + text("ERROR") + [UInt8(ascii: "V")] + text("ERROR")
            return make("E", severity + code + [UInt8(ascii: "M")] + text("no") + [0])
        }

        /// One row of integers (`Int64`) and texts.
        static func row(_ values: [(name: String, value: any Sendable)]) -> [UInt8] {
            let (header, row) = parts(values)
            return header + row + done("SELECT 1")
        }

        /// The columns, and a row that may be repeated.
        static func parts(_ values: [(name: String, value: any Sendable)]) -> (header: [UInt8], row: [UInt8]) {
            var header = integer(Int16(values.count))
            var row = integer(Int16(values.count))
            for (name, value) in values {
                let number = value as? Int64
                let bytes = number.map(integer) ?? Array("\(value)".utf8)
                header += text(name) + integer(Int32(0)) + integer(Int16(0)) + integer(Int32(number == nil ? 25 : 20))
                header += integer(Int16(-1)) + integer(Int32(-1)) + integer(Int16(1))
                row += integer(Int32(bytes.count)) + bytes
            }
            return (make("T", header), make("D", row))
        }

        /// What a server tells of itself; its timeline is 1.
        static func settings(commit: String = "on", segment: String = "000000010000000000000001") -> [UInt8] {
            row([("encoding", "UTF8"), ("commit", commit), ("segment", segment)])
        }

        fileprivate static func usualRows(_ text: String) -> [UInt8] {
            if text.contains("server_version_num") { return row([("version", Int64(150_001))]) }
            if text.contains("server_encoding") { return settings() }
            if text.contains("pg_tables") { return row([("name", "none")]) }
            if text.hasPrefix("SELECT") { return row([("n", Int64(1))]) }
            return done(text.hasPrefix("UPDATE") ? "UPDATE 1" : "INSERT 0 1")
        }

        fileprivate static let authenticated = make("R", integer(Int32(0)))
        fileprivate static let key = make("K", integer(Int32(1)) + integer(Int32(2)))
        static let ready = make("Z", [UInt8(ascii: "I")])

        static func parameter(_ name: String, _ value: String) -> [UInt8] { make("S", text(name) + text(value)) }

        private static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

        private static func integer<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
    }
}
