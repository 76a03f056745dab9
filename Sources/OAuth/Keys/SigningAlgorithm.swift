/// The algorithm of the deployment's signatures (RFC 7518 §3.1): exactly one at a time.
package enum SigningAlgorithm: String, Sendable, CaseIterable {
    case es256 = "ES256"
}
