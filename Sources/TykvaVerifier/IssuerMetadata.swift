import StrictFormats

/// The part of an issuer's metadata that a verifier needs.
enum IssuerMetadata {
    /// Where the keys are, in a document that is the issuer's own.
    ///
    /// OpenID Connect Discovery §4.3: `issuer` must be exactly the URL under which the document was found, or one
    /// issuer could hand out another's keys.
    static func keys(in bytes: [UInt8], of issuer: String) throws(DocumentFetchError) -> RemoteDocument {
        let metadata: JSONMembers
        do {
            metadata = try JSONMembers(parsing: bytes, limits: .document)
        } catch {
            throw DocumentFetchError("the issuer's metadata cannot be read: \(error)")
        }
        guard metadata.string("issuer", equals: issuer) else {
            let found = metadata.string("issuer").map(TokenVerificationError.shown) ?? "no text"
            throw DocumentFetchError("the metadata is of the issuer \(found)")
        }
        guard let url = metadata.string("jwks_uri") else { throw DocumentFetchError("the metadata has no jwks_uri") }
        do {
            return try RemoteDocument(url)
        } catch {
            throw DocumentFetchError("in the metadata \(error)")
        }
    }
}
