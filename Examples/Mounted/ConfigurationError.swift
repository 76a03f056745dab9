/// A setting that makes no sense, in one sentence.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String
}
