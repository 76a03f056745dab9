/// Fetches documents of an issuer.
protocol DocumentFetcher: Sendable {
    func fetch(_ document: RemoteDocument) async throws(DocumentFetchError) -> FetchedDocument
}
