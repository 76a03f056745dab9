import OAuth

/// What a User-Agent says of a device, in plain words: a guess that helps a person to know their own devices again.
///
/// Never a ground for a decision: everybody can send any User-Agent.
struct Device: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case computer, phone, program
    }

    let browser: String?
    let system: String?
    let kind: Kind

    init(_ agent: UserAgent) {
        let text = agent.text
        guard text.hasPrefix("Mozilla/") else {
            browser = Self.product(text)
            system = nil
            kind = .program
            return
        }
        browser = Self.browsers.first { text.contains($0.mark) }?.name
        let found = Self.systems.first { text.contains($0.mark) }
        system = found?.name
        kind = found?.kind ?? .computer
    }

    func name(_ texts: PageTexts) -> String {
        switch (browser, system) {
        case (let browser?, let system?): "\(browser) \(texts.text(.onSystem, system))"
        case (let one?, nil), (nil, let one?): one
        case (nil, nil): texts[.unknownDevice]
        }
    }

    /// Most browsers also name the ones that they descend from, so the order decides.
    private static let browsers: [(mark: String, name: String)] = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("YaBrowser/", "Yandex Browser"),
        ("SamsungBrowser/", "Samsung Internet"), ("DuckDuckGo/", "DuckDuckGo"), ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]

    private static let systems: [(mark: String, name: String, kind: Kind)] = [
        ("iPhone", "iPhone", .phone), ("iPad", "iPad", .phone), ("Android", "Android", .phone),
        ("Windows", "Windows", .computer), ("CrOS", "ChromeOS", .computer), ("Macintosh", "macOS", .computer),
        ("FreeBSD", "FreeBSD", .computer), ("Linux", "Linux", .computer),
    ]

    /// `curl` of `curl/8.5.0`: the first product of RFC 9110 §10.1.5, when it is short and plain.
    private static func product(_ text: String) -> String? {
        let product = text.prefix { $0 != "/" && $0 != " " }
        let isPlain = product.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._".utf8.contains(byte)
            }
        }
        return (1...32).contains(product.utf8.count) && isPlain ? String(product) : nil
    }
}
