/// A setting with which no verifier can be made.
public struct TokenVerifierConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One sentence that says what and why.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
