import Synchronization

@testable import TykvaVerifier

/// An issuer's web server without a network: counts what is asked for, and can be slow or down.
final class FakeIssuer: DocumentFetcher {
    private struct State {
        var documents: [String: String] = [:]
        var maxAgeSeconds: Int?
        var isDown = false
        var requests: [String] = []
        var gate: [CheckedContinuation<Void, Never>]?
    }

    static let keysURL = "https://auth.example.com/.well-known/jwks.json"
    static let metadataURL = "https://auth.example.com/.well-known/openid-configuration"

    private let state = Mutex(State())

    var requests: [String] { state.withLock { $0.requests } }
    var waiting: Int { state.withLock { $0.gate?.count ?? 0 } }

    func publish(_ forges: TokenForge..., maxAgeSeconds: Int? = nil) throws {
        try publish(forges, maxAgeSeconds: maxAgeSeconds)
    }

    func publish(_ forges: [TokenForge], maxAgeSeconds: Int? = nil) throws {
        let json = try TokenForge.keySetJSON(forges)
        state.withLock {
            $0.documents[Self.keysURL] = json
            $0.maxAgeSeconds = maxAgeSeconds
        }
    }

    func publish(_ text: String, at url: String) {
        state.withLock { $0.documents[url] = text }
    }

    func setDown(_ isDown: Bool) {
        state.withLock { $0.isDown = isDown }
    }

    /// From now on answers wait for ``release()``.
    func hold() {
        state.withLock { $0.gate = [] }
    }

    func release() {
        let waiting = state.withLock { state in
            defer { state.gate = nil }
            return state.gate ?? []
        }
        for continuation in waiting { continuation.resume() }
    }

    func fetch(_ document: RemoteDocument) async throws(DocumentFetchError) -> FetchedDocument {
        await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                state.requests.append(document.url)
                guard state.gate != nil else { return true }
                state.gate?.append(continuation)
                return false
            }
            if passes { continuation.resume() }
        }
        let (text, maxAge, isDown) = state.withLock { ($0.documents[document.url], $0.maxAgeSeconds, $0.isDown) }
        guard !isDown, let text else { throw DocumentFetchError("\(document.url) is down") }
        return FetchedDocument(bytes: Array(text.utf8), maxAgeSeconds: maxAge)
    }
}
