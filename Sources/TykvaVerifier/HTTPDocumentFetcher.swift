import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Fetches over HTTP: bounded in time and size, and never to another place than was asked for.
struct HTTPDocumentFetcher: DocumentFetcher {
    let client: HTTPClient
    let timeout: Duration
    /// How much later the client's own limit comes: ours has the better words.
    var spareSeconds: Int64 = 1

    private static let maximumBytes = 256 * 1024

    /// One client for the whole process, as its connections are. It lives as long, so nobody shuts it down.
    static let sharedClient: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(3)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func fetch(_ document: RemoteDocument) async throws(DocumentFetchError) -> FetchedDocument {
        do {
            return try await withThrowingTaskGroup(of: FetchedDocument.self) { group in
                // The client's own deadline ends with the head of the answer, and a body can be dripped for ever.
                group.addTask { try await self.answer(document) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw DocumentFetchError("\(document.url) did not answer within \(timeout)")
                }
                defer { group.cancelAll() }
                guard let first = try await group.next() else { throw DocumentFetchError("nothing was asked for") }
                return first
            }
        } catch let error as DocumentFetchError {
            throw error
        } catch is NIOTooManyBytesError {
            throw DocumentFetchError("\(document.url) answers with more than \(Self.maximumBytes) bytes")
        } catch {
            throw DocumentFetchError("\(document.url) cannot be fetched: \(Self.reason(error))")
        }
    }

    /// The system's own words where there are some; the library's speak of its inside.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError where error == .connectTimeout: "no connection in time"
        default: "\(error)"
        }
    }

    private func answer(_ document: RemoteDocument) async throws -> FetchedDocument {
        var request = HTTPClientRequest(url: document.url)
        request.headers.add(name: "accept", value: "application/json, application/jwk-set+json")
        // A cache on the way must not keep a revoked key alive, or a new one away (RFC 9111 §5.2.1.4).
        request.headers.add(name: "cache-control", value: "no-cache")
        request.headers.add(name: "user-agent", value: "tykva-verifier")
        let seconds = timeout.components.seconds
        let response = try await client.execute(request, timeout: .seconds(seconds + spareSeconds))
        // A client of the application's own may follow redirects; what they lead to is not what was configured.
        guard response.history.count <= 1, !(300..<400).contains(response.status.code) else {
            throw DocumentFetchError("\(document.url) redirects, which is not followed")
        }
        guard response.status == .ok else {
            throw DocumentFetchError("\(document.url) answers \(response.status.code)")
        }
        let body = try await response.body.collect(upTo: Self.maximumBytes)
        return FetchedDocument(bytes: Array(body.readableBytesView), maxAgeSeconds: Self.maxAge(response.headers))
    }

    /// RFC 9111 §5.2.2.1 and §5.1; `no-store` and `no-cache` count as 0.
    static func maxAge(_ headers: HTTPHeaders) -> Int? {
        var maxAge: Int?
        for directive in headers[canonicalForm: "cache-control"] {
            let lower = directive.lowercased()
            if lower == "no-store" || lower.hasPrefix("no-cache") { return 0 }
            if lower.hasPrefix("max-age="), let seconds = Int(lower.dropFirst("max-age=".count)), seconds >= 0 {
                maxAge = min(maxAge ?? .max, seconds)
            }
        }
        let age = headers.first(name: "age").flatMap { Int($0) } ?? 0
        return maxAge.map { max(0, $0 - max(0, min(age, $0))) }
    }
}
