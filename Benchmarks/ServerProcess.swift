import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A server in a process of its own, so that its processor time is its alone.
final class ServerProcess: Sendable {
    let port: Int
    /// Milliseconds from the start of the process to its first answer at `/health/ready`.
    let startMilliseconds: Double
    let id: Int32

    var url: String { "http://127.0.0.1:\(port)" }

    private init(_ process: Process, port: Int, startMilliseconds: Double) {
        id = process.processIdentifier
        self.port = port
        self.startMilliseconds = startMilliseconds
    }

    static func start(_ executable: String, _ arguments: (Int) -> [String], client: HTTPClient) async throws
        -> ServerProcess
    {
        let port = try freePort()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments(port)
        // Whatever is said to the benchmark is nothing to the server, which refuses what it does not know.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TYKVA_") }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let began = DispatchTime.now().uptimeNanoseconds
        try process.run()
        for _ in 0..<10_000 {
            guard process.isRunning else {
                throw BenchmarkError("\(executable) ended with \(process.terminationStatus)")
            }
            if isOpen(port), try await answers(port, client) {
                let milliseconds = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e6
                return ServerProcess(process, port: port, startMilliseconds: milliseconds)
            }
            try await Task.sleep(for: .microseconds(500))
        }
        process.terminate()
        throw BenchmarkError("\(executable) did not become ready")
    }

    func stop() {
        kill(id, SIGTERM)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Resident memory in MB: of the whole process, and of it what no file backs.
    func residentMegabytes() throws -> (all: Double, anonymous: Double) {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        func value(_ name: String) -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
        }
        return (value("VmRSS"), value("RssAnon"))
    }

    private static func answers(_ port: Int, _ client: HTTPClient) async throws -> Bool {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/health/ready")
        return (try? await client.execute(request, timeout: .seconds(2)))?.status == .ok
    }

    private static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard bound else { throw BenchmarkError("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func isOpen(_ port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = loopback(port: UInt16(port))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
