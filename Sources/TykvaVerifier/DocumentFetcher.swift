/// Fetches documents of an issuer.
protocol DocumentFetcher: Sendable {
    func fetch(_ document: RemoteDocument) async throws(DocumentFetchError) -> FetchedDocument
}

/// A document and how long it may be kept.
struct FetchedDocument: Sendable {
    let bytes: [UInt8]

    /// From `Cache-Control: max-age`, less `Age`; nil when it is not said.
    let maxAgeSeconds: Int?
}

/// Why a document was not had: one sentence for the log.
struct DocumentFetchError: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
