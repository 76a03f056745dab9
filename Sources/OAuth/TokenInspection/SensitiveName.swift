import StrictFormats

/// A member's name, taken apart into words: `https://example.com/userEmail`, `user_email` and `user-email` are alike.
struct SensitiveName {
    private static let secrets: Set = [
        "password", "passwords", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "apikey", "apikeys",
        "token", "tokens", "pin", "ssn", "cvv", "cvc", "otp", "totp", "credential", "credentials", "privatekey",
    ]
    private static let secretPairs: Set = [
        "api key", "api keys", "private key", "access key", "secret key", "signing key", "encryption key",
        "social security", "pass word", "pass phrase",
    ]
    /// With one of these words a name speaks about the thing and does not hold it: `token_type`, `password_changed_at`.
    private static let about: Set = [
        "type", "use", "at", "time", "exp", "expires", "expiry", "expiration", "expired", "changed", "updated", "last",
        "count", "length", "policy", "endpoint", "uri", "url", "method", "methods", "age", "required", "id", "name",
        "version", "verified", "enabled", "template", "format", "domain",
    ]
    private static let phones: Set = ["phone", "phones", "mobile", "telephone", "tel", "msisdn", "cellphone", "fax"]
    private static let addresses: Set = ["address", "street address", "postal address", "home address"]
    private static let leastPhoneDigits = 5
    private static let leastCardDigits = 12
    private static let leastDateDigits = 4
    private static let maximumCharacters = 256

    private let words: [String]

    init(_ name: String) {
        words = Self.words(of: name)
    }

    /// What the value is by its name, or nil. Truth values and nothing at all hold no secret.
    func code(for value: JSONValue) -> TokenWarning.Code? {
        guard Self.holdsSomething(value), !words.isEmpty else { return nil }
        let pairs = zip(words, words.dropFirst()).map { "\($0) \($1)" }
        let joined = words.joined()
        let digits = Self.digits(of: value)
        if joined.contains("cardnumber") || joined.contains("creditcard") || words.contains("pan"),
            digits >= Self.leastCardDigits
        {
            return .cardNumber
        }
        let isBirthDate =
            ["dateofbirth", "birthdate", "birthday"].contains(where: joined.contains) || words.contains("dob")
        if isBirthDate, digits >= Self.leastDateDigits {
            return .birthDate
        }
        if Self.addresses.contains(words.suffix(2).joined(separator: " ")), words.count <= 2 {
            return .postalAddress
        }
        if words.contains(where: Self.phones.contains) || joined.contains("phonenumber") {
            return digits >= Self.leastPhoneDigits ? .phone : nil
        }
        guard !words.contains(where: Self.about.contains) else { return nil }
        if words.contains("email") || words.contains("emails") || words.contains("mail") || pairs.contains("e mail") {
            return .email
        }
        if words.contains(where: Self.secrets.contains) || pairs.contains(where: Self.secretPairs.contains) {
            return .secret
        }
        return nil
    }

    /// Lower-case words without a number at their end. One begins after whatever is not a letter or digit, at a capital
    /// after a small letter (`userEmail`), and at a capital before one (`APIKey`). Of a URL the last part is the name.
    private static func words(of name: String) -> [String] {
        let last = name.contains("://") ? name.split(separator: "/").last ?? "" : name[...]
        let characters = Array(last.prefix(maximumCharacters))
        var words: [String] = []
        var word = ""
        for (index, character) in characters.enumerated() {
            let isPart = character.isLetter || character.isNumber
            let isAfterSmall = index > 0 && !characters[index - 1].isUppercase
            let isBeforeSmall = index + 1 < characters.count && characters[index + 1].isLowercase
            if !isPart || (character.isUppercase && (isAfterSmall || isBeforeSmall)) {
                words.append(word)
                word = ""
            }
            if isPart { word += character.lowercased() }
        }
        words.append(word)
        return words.map { String($0.reversed().drop(while: \.isNumber).reversed()) }.filter { !$0.isEmpty }
    }

    private static func holdsSomething(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool: false
        case .string(let text): !text.isEmpty
        case .array(let values): values.contains(where: holdsSomething)
        case .object(let object): object.members.contains { holdsSomething($0.value) }
        case .integer, .number: true
        }
    }

    private static func digits(of value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count { (0x30...0x39).contains($0) }
        case .integer(let number): String(number.magnitude).utf8.count
        case .array(let values): values.map(digits(of:)).max() ?? 0
        case .object(let object): object.members.map { digits(of: $0.value) }.max() ?? 0
        default: 0
        }
    }
}
