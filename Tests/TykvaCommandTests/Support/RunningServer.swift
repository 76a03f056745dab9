import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StrictFormats
import TestSupport

/// A `tykva serve` of a test's own, on loopback.
final class RunningServer: Sendable {
    let address: String
    private let process: ChildProcess
    private let complaintPath: String

    var issuer: String { "http://\(address)" }
    var processID: Int32 { process.id }
    var log: String { (try? String(contentsOfFile: complaintPath, encoding: .utf8)) ?? "" }

    struct NotReady: Error {
        let complaint: String
    }

    /// Starts the server and waits for the line that says that it is ready.
    init(
        _ program: Program, address: String? = nil, _ arguments: [String] = [], input: String? = nil
    ) async throws {
        let address = try address ?? FreePort.address()
        self.address = address
        complaintPath = program.folder.file(UUID().uuidString)
        let output = program.folder.file(UUID().uuidString)
        process = try program.start(
            ["serve", "--data", program.data, "--listen", address] + arguments,
            input: input.map(program.file(of:)), output: output, complaint: complaintPath)
        while try String(contentsOfFile: output, encoding: .utf8).isEmpty {
            guard process.isRunning else {
                throw NotReady(complaint: try String(contentsOfFile: complaintPath, encoding: .utf8))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let line = try String(contentsOfFile: output, encoding: .utf8)
        guard line == "tykva: ready at http://\(address)\n" else { throw NotReady(complaint: line) }
    }

    /// Ends the server in order.
    ///
    /// - Returns: What it exited with; nil when a signal ended it.
    func stop() async -> Int32? {
        process.stop()
        return try? await process.ended().status
    }

    /// A token request; the answer's members.
    func token(_ form: [(String, String)], agent: String = "test/1") async throws -> JSONObject {
        var request = HTTPClientRequest(url: issuer + "/token")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "User-Agent", value: agent)
        let body = form.map { name, value in "\(name)=\(value.replacing(" ", with: "+"))" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .minutes(10))
        let bytes = try await response.body.collect(upTo: 65_536)
        let value = try JSONValue(parsing: Array(bytes.readableBytesView), limits: .document)
        guard let object = value.objectValue else { throw NotReady(complaint: "no object") }
        return object
    }

    func document(_ path: String) async throws -> String {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: issuer + path), timeout: .minutes(10))
        return String(buffer: try await response.body.collect(upTo: 65_536))
    }
}
