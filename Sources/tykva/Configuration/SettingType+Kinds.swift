import Mail
import OAuth
import TykvaServer

extension SettingType where Value == String {
    static let path = SettingType(name: "path", bounds: "") { text throws(InvalidValue) in
        guard !text.isEmpty, !text.utf8.contains(0) else { throw InvalidValue("path", "it is empty") }
        return text
    }

    static let words = SettingType(name: "text", bounds: "") { text throws(InvalidValue) in
        guard !text.isEmpty else { throw InvalidValue("text", "it is empty") }
        return text
    }

    static func choice(_ words: [String]) -> Self {
        let list = words.joined(separator: ", ")
        return SettingType(name: "word", bounds: list) { text throws(InvalidValue) in
            guard words.contains(text) else { throw InvalidValue("word", "it must be one of \(list)") }
            return text
        }
    }

}

extension SettingType where Value == DatabaseLocation {
    static let database = SettingType(
        name: "database", bounds: "sqlite:PATH or postgres://USER@HOST:PORT/DATABASE"
    ) { text throws(InvalidValue) in try DatabaseLocation(text) }
}

extension SettingType where Value == SMTPAddress {
    static let smtpAddress = SettingType(name: "URL", bounds: "smtp://HOST:PORT or smtps://HOST:PORT") {
        text throws(InvalidValue) in try SMTPAddress(text)
    }
}

extension SettingType where Value == MailAddress {
    static let mailAddress = SettingType(name: "mail address", bounds: "NAME@DOMAIN") { text throws(InvalidValue) in
        try MailAddress(text)
    }
}

extension SettingType where Value == Issuer {
    static let issuer = SettingType(name: "URL", bounds: "https://HOST or https://HOST:PORT") {
        text throws(InvalidValue) in try Issuer(text)
    }
}

extension SettingType where Value == LeakedPasswordsURL {
    static let leakedPasswordsURL = SettingType(name: "URL", bounds: "https://HOST/PATH") { text throws(InvalidValue) in
        try LeakedPasswordsURL(text)
    }
}

extension SettingType where Value == ListenAddress {
    static let address = SettingType(name: "address", bounds: "HOST:PORT") { text throws(InvalidValue) in
        try ListenAddress(text)
    }
}

extension SettingType where Value == ListenAddress? {
    static let addressOrOff = SettingType(name: "address", bounds: "HOST:PORT or off") { text throws(InvalidValue) in
        text == "off" ? nil : try ListenAddress(text)
    }
}

extension SettingType where Value == [NetworkRange] {
    private static var maximumCount: Int { 64 }

    static let networks = SettingType(name: "list of networks", bounds: "CIDR, comma-separated", isList: true) {
        text throws(InvalidValue) in
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= maximumCount else { throw InvalidValue("networks", "there are more than \(maximumCount)") }
        var networks: [NetworkRange] = []
        for part in parts { networks.append(try NetworkRange(String(part.drop { $0 == " " }))) }
        return networks
    }
}

extension SettingType where Value == UnlimitedNetworks {
    static let networksOrOff = SettingType(
        name: "list of networks", bounds: "CIDR, comma-separated, or off", isList: true
    ) { text throws(InvalidValue) in
        UnlimitedNetworks(text == "off" ? [] : try SettingType<[NetworkRange]>.networks.parse(text))
    }
}

extension SettingType where Value == Int? {
    static func numberOrOff(_ bounds: ClosedRange<Int>) -> Self {
        let number = SettingType<Int>.number(bounds)
        return SettingType(name: number.name, bounds: "\(number.bounds), or off") { text throws(InvalidValue) in
            text == "off" ? nil : try number.parse(text)
        }
    }
}

extension SettingType where Value == [String] {
    static let domains = SettingType(name: "list of domains", bounds: "DOMAIN, comma-separated", isList: true) {
        text throws(InvalidValue) in
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return try Registration(domains: parts.map { String($0.drop { $0 == " " }) }).domains
    }
}

extension SettingType where Value == Duration {
    static func span(_ bounds: ClosedRange<Duration>) -> Self {
        let text = "\(DurationText.text(bounds.lowerBound)) to \(DurationText.text(bounds.upperBound))"
        return SettingType(name: "span", bounds: text) { span throws(InvalidValue) in
            let duration = try DurationText.parse(span)
            guard bounds.contains(duration) else { throw InvalidValue("span of time", "it must be \(text)") }
            return duration
        }
    }
}

extension SettingType where Value == Int {
    static func number(_ bounds: ClosedRange<Int>, unit: String = "") -> Self {
        let text = "\(bounds.lowerBound) to \(bounds.upperBound)\(unit.isEmpty ? "" : " " + unit)"
        return SettingType(name: "number", bounds: text) { digits throws(InvalidValue) in
            guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), bounds.contains(number)
            else { throw InvalidValue("number", "it must be a whole number, \(text)") }
            return number
        }
    }
}

extension SettingType where Value == Bool {
    static let truth = SettingType(name: "word", bounds: "true, false") { text throws(InvalidValue) in
        guard let value = Bool(text) else { throw InvalidValue("word", "it must be true or false") }
        return value
    }
}

extension SettingType where Value == TheftReach {
    static let reach = SettingType(
        name: "word", bounds: TheftReach.allCases.map(\.rawValue).joined(separator: ", ")
    ) { text throws(InvalidValue) in
        guard let reach = TheftReach(rawValue: text) else {
            let words = TheftReach.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidValue("word", "it must be one of \(words)")
        }
        return reach
    }
}
