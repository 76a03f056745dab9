import StrictFormats

/// Looks through claims for what should not stand in a token: a JWT is signed, not secret, and everybody who handles it
/// can read it.
struct SensitiveContents {
    private static let maximumPathScalars = 128

    private let now: Milliseconds
    private(set) var warnings: [TokenWarning] = []

    init(now: Milliseconds) {
        self.now = now
    }

    mutating func search(_ claims: JSONObject) {
        search(claims, path: "claims")
    }

    /// What can be said of claims whose JSON could not be read.
    static func warnings(inUnreadable text: String) -> [TokenWarning] {
        SensitiveValue.allCases.filter { $0.occurs(in: text) }.map { warning($0.code, at: "claims") }
    }

    private mutating func search(_ object: JSONObject, path: String) {
        if PrivateJWK.isOne(object) { add(.secret, at: path) }
        for member in object.members {
            let path = ShownText.of("\(path).\(member.name)", maximumScalars: Self.maximumPathScalars)
            let named = SensitiveName(member.name).code(for: member.value)
            if let named { add(named, at: path) }
            search(member.value, path: path, except: named)
        }
    }

    private mutating func search(_ value: JSONValue, path: String, except named: TokenWarning.Code?) {
        switch value {
        case .object(let object):
            search(object, path: path)
        case .array(let values):
            for (index, value) in values.enumerated() { search(value, path: "\(path)[\(index)]", except: named) }
        case .string(let text):
            for code in SensitiveValue.codes(of: text, now: now) where code != named { add(code, at: path) }
        case .integer(let number):
            if named == nil, CardPattern.isOne(String(number)) { add(.cardNumber, at: path) }
        case .null, .bool, .number:
            break
        }
    }

    private mutating func add(_ code: TokenWarning.Code, at path: String) {
        warnings.append(Self.warning(code, at: path))
    }

    private static func warning(_ code: TokenWarning.Code, at path: String) -> TokenWarning {
        let what =
            switch code {
            case .email: "an e-mail address"
            case .phone: "a phone number"
            case .cardNumber: "a card number"
            case .birthDate: "a date of birth"
            case .postalAddress: "a postal address"
            default: "a password, key or other secret"
            }
        return TokenWarning(code, at: path, "this looks like \(what), and everybody who handles the token can read it")
    }
}
