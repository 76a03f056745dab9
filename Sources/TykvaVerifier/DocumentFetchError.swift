/// Why a document was not had: one sentence for the log.
struct DocumentFetchError: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
