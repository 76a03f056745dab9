import AsyncHTTPClient
import NIOCore

@testable import webapp

extension OutgoingCalls {
    /// Nothing is given up because the machine is busy.
    static let patient: OutgoingCalls = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .minutes(10)
        return OutgoingCalls(
            client: HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration), timeoutSeconds: 600)
    }()
}
