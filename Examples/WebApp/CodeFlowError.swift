/// Why a sign-in, a refresh or a sign-out did not happen.
enum CodeFlowError: Error, CustomStringConvertible {
    /// The issuer cannot be had; the same again later may do.
    case issuerUnavailable(String)

    /// The issuer said no, in this word of RFC 6749 or OpenID Connect.
    case refused(String)

    /// What came is not the answer to what was asked.
    case invalid(String)

    var description: String {
        switch self {
        case .issuerUnavailable(let reason): "the issuer is unavailable: \(reason)"
        case .refused(let word): "the issuer refused: \(word)"
        case .invalid(let reason): "the answer is invalid: \(reason)"
        }
    }
}
