import ArgumentParser
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import StrictFormats
import TykvaServer

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Asks the running server whether it is ready.",
        discussion: """
            Exit code 0 when it is, 1 when it is not. It asks where the settings say that the server listens.

            Example:
              tykva health --config /etc/tykva.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Where the server listens, when the settings do not say.", valueName: "host:port"))
    var listen: String?

    func run() async throws {
        let settings = try common.settings(listen.map { ["listen": $0] } ?? [:])
        let url = "\(settings.tls == nil ? "http" : "https")://\(settings.listen.reachable)/health/ready"
        let status = try await Self.status(of: url)
        guard status == 200 else { throw CommandFailure("the server at \(url) is not ready (status \(status))") }
        try Console.done("ready", [("ready", true), ("url", .string(url))], common)
    }

    private static func status(of url: String) async throws -> UInt {
        // A certificate is not for the address that we ask, and we believe the answer no more than yes or no.
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        let configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(5)), proxy: nil)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
            let status = response.status.code
            try await client.shutdown()
            return status
        } catch {
            try? await client.shutdown()
            throw CommandFailure("the server at \(url) does not answer")
        }
    }
}

extension ListenAddress {
    /// An address that reaches a listener of every address.
    fileprivate var reachable: String {
        switch host {
        case "0.0.0.0": "127.0.0.1:\(port)"
        case "::": "[::1]:\(port)"
        default: description
        }
    }
}
