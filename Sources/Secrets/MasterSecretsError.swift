/// Why a text holds no set of numbered master secrets. The sentences never repeat any of it.
package enum MasterSecretsError: Error, Sendable, Equatable, CustomStringConvertible {
    case empty
    case malformed(line: Int, MasterSecretError)
    case unnumbered(line: Int)
    case badNumber(line: Int)
    case repeatedNumber(UInt8, line: Int)
    case repeatedSecret(line: Int)
    case unknownNumber(Int)

    package var description: String {
        switch self {
        case .empty: "there is no master secret in it"
        case .malformed(let line, let error): "line \(line): \(error)"
        case .unnumbered(let line): "line \(line) is not of the form number:secret, which several secrets need"
        case .badNumber(let line): "line \(line): a master secret's number is 1 to 255, written without leading zeros"
        case .repeatedNumber(let number, let line): "line \(line): there is a master secret \(number) already"
        case .repeatedSecret(let line): "line \(line): the same master secret is there under another number"
        case .unknownNumber(let number): "there is no master secret with the number \(number)"
        }
    }
}
