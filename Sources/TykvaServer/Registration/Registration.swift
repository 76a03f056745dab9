package import OAuth

/// How people may make accounts for themselves.
package struct Registration: Hashable, Sendable {
    package static let maximumDomains = 64
    /// The domains whose addresses are taken, in lower case; those of any when empty.
    package let domains: [String]

    /// - Throws: When a domain is none, or there are too many.
    package init(domains: [String] = []) throws(InvalidValue) {
        guard domains.count <= Self.maximumDomains else {
            throw InvalidValue("domains", "there are more than \(Self.maximumDomains)")
        }
        self.domains = domains.map { $0.lowercased() }
        for domain in self.domains { try Self.check(domain) }
    }

    func takes(_ email: EmailAddress) -> Bool {
        guard !domains.isEmpty else { return true }
        return domains.contains(String(email.key.drop { $0 != "@" }.dropFirst()))
    }

    private static func check(_ domain: String) throws(InvalidValue) {
        let isPlain = domain.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
        }
        guard isPlain, (try? EmailAddress("a@\(domain)")) != nil else {
            throw InvalidValue("domain", "\(domain.prefix(64)) is none, such as example.com")
        }
    }
}
