/// A text that is sensitive whatever its name.
enum SensitiveValue: CaseIterable {
    case email
    case cardNumber
    case secret

    var code: TokenWarning.Code {
        switch self {
        case .email: .email
        case .cardNumber: .cardNumber
        case .secret: .secret
        }
    }

    /// Whether it stands anywhere in the text.
    func occurs(in text: String) -> Bool {
        switch self {
        case .email: EmailPattern.occurs(in: text)
        case .cardNumber: CardPattern.occurs(in: text)
        case .secret: SecretPattern.occurs(in: text)
        }
    }

    /// Everything that a whole text looks like.
    static func codes(of text: String, now: Milliseconds) -> [TokenWarning.Code] {
        var codes = allCases.filter { $0.occurs(in: text) }.map(\.code)
        if PhonePattern.isOne(text) { codes.append(.phone) }
        if BirthDatePattern.isOne(text, now: now) { codes.append(.birthDate) }
        return codes
    }
}
