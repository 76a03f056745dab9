package import StrictFormats

/// The keys of an issuer as they are published, for programs that cannot fetch them.
package struct PublishedKeys: Sendable {
    /// The JWKs with which a verifier would check signatures, in the order of the set.
    package let documents: [JSONObject]

    /// - Parameter json: A key set; what ``JWKSet`` refuses is refused here.
    init(json: [UInt8]) throws(JWKSetError) {
        let usable = try JWKSet(json: json).keyIDs
        let documents = (try? JSONValue(parsing: json, limits: .document))?.objectValue?["keys"]?.arrayValue ?? []
        self.documents = documents.compactMap(\.objectValue).filter { document in
            document["kid"]?.stringValue.map { id in usable.contains { $0.hasSameBytes(as: id) } } ?? false
        }
    }

    /// Fetches the set that an issuer's metadata names, once, within ten seconds.
    ///
    /// - Throws: One sentence, when the issuer is no https URL (http on loopback only), does not answer, or its set is
    ///   not one.
    package static func fetch(discoveryOf issuer: String) async throws -> PublishedKeys {
        let origin = KeySetOrigin.metadata(try RemoteDocument(metadataOf: issuer), issuer: issuer)
        let fetcher = HTTPDocumentFetcher(client: HTTPDocumentFetcher.sharedClient, timeout: .seconds(5))
        let (document, fetched) = try await origin.fetch(by: fetcher)
        do {
            return try PublishedKeys(json: fetched.bytes)
        } catch {
            throw DocumentFetchError("\(document.url) is no usable key set: \(error)")
        }
    }
}
