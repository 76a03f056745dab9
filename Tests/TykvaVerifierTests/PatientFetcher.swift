import AsyncHTTPClient
import NIOCore

@testable import TykvaVerifier

extension HTTPDocumentFetcher {
    /// One for the whole process, which lives as long.
    private static let patientClient: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .minutes(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Gives nothing up because the machine is busy.
    ///
    /// - Parameters:
    ///   - client: Fetches; one that follows no redirects when nil.
    ///   - timeout: For one whole fetch.
    static func patient(_ client: HTTPClient? = nil, timeout: Duration = .seconds(600)) -> HTTPDocumentFetcher {
        HTTPDocumentFetcher(client: client ?? patientClient, timeout: timeout, spareSeconds: 600)
    }
}
