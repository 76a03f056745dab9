/// Where an issuer's key set is found.
enum KeySetOrigin: Sendable {
    case keys(RemoteDocument)
    case metadata(RemoteDocument, issuer: String)

    /// The document as it is, and where it was.
    func fetch(
        by fetcher: any DocumentFetcher
    ) async throws(DocumentFetchError) -> (document: RemoteDocument, fetched: FetchedDocument) {
        switch self {
        case .keys(let document):
            return (document, try await fetcher.fetch(document))
        case .metadata(let metadata, let issuer):
            let document = try IssuerMetadata.keys(in: try await fetcher.fetch(metadata).bytes, of: issuer)
            return (document, try await fetcher.fetch(document))
        }
    }
}
