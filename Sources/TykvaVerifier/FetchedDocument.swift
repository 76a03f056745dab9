/// A document and how long it may be kept.
struct FetchedDocument: Sendable {
    let bytes: [UInt8]

    /// From `Cache-Control: max-age`, less `Age`; nil when it is not said.
    let maxAgeSeconds: Int?
}
