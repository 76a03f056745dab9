import StrictFormats

/// The algorithms of a verifier: one, or two while its issuer changes from one to the other.
struct AcceptedAlgorithms: Sendable, CustomStringConvertible {
    let algorithm: TokenAlgorithm
    let other: TokenAlgorithm?

    func contains(_ candidate: TokenAlgorithm) -> Bool {
        candidate == algorithm || candidate == other
    }

    func accepted(_ header: JSONMembers) -> TokenAlgorithm? {
        if header.string("alg", equals: algorithm.name) { return algorithm }
        if let other, header.string("alg", equals: other.name) { return other }
        return nil
    }

    var description: String {
        other.map { "\(algorithm) or \($0)" } ?? algorithm.name
    }
}
