/// A hash of SHA-256-crypt (`$5$`) or SHA-512-crypt (`$6$`): `$6$rounds=5000$salt$hash`, where the rounds may be left
/// out.
///
/// https://www.akkadia.org/drepper/SHA-crypt.txt
struct SHACryptHash: Sendable {
    private static let saltCharacters = 1...16

    let text: String

    init(_ text: String) throws(PasswordHashError) {
        guard text.utf8.count <= PasswordHashLimits.textBytes, text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw .damaged(.shaCrypt)
        }
        var parts = text.split(separator: "$", omittingEmptySubsequences: false)
        var rounds: Int?
        if parts.count == 5, parts[2].hasPrefix("rounds=") {
            rounds = DecimalText.number(parts[2].dropFirst("rounds=".count))
            guard rounds != nil else { throw .damaged(.shaCrypt) }
            parts.remove(at: 2)
        }
        guard parts.count == 4, parts[0].isEmpty, let length = Self.hashCharacters(parts[1]),
            Self.saltCharacters.contains(parts[2].utf8.count), parts[2].utf8.allSatisfy(CryptAlphabet.contains),
            parts[3].utf8.count == length, parts[3].utf8.allSatisfy(CryptAlphabet.contains)
        else { throw .damaged(.shaCrypt) }
        if let rounds {
            guard rounds <= PasswordHashLimits.shaCryptRounds.upperBound else { throw .tooDear(.shaCrypt) }
            guard rounds >= PasswordHashLimits.shaCryptRounds.lowerBound else { throw .damaged(.shaCrypt) }
        }
        self.text = text
    }

    private static func hashCharacters(_ id: Substring) -> Int? {
        switch id {
        case "5": 43
        case "6": 86
        default: nil
        }
    }
}
