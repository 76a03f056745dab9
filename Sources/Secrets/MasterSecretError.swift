/// Why a text is no master secret. The sentences never repeat any of it.
package enum MasterSecretError: Error, Sendable, Equatable, CustomStringConvertible {
    case wrongPrefix
    case wrongLength(characters: Int)
    case wrongAlphabet
    case wrongChecksum

    package var description: String {
        switch self {
        case .wrongPrefix:
            "a master secret begins with \"\(MasterSecret.prefix)\"; make one with `tykva secret new`"
        case .wrongLength(let characters):
            "a master secret has \(MasterSecret.textCharacters) characters, this has \(characters)"
        case .wrongAlphabet:
            "a master secret has only letters, digits, \"-\" and \"_\" after its prefix"
        case .wrongChecksum:
            "the master secret's checksum is wrong: it was mistyped or damaged"
        }
    }
}
