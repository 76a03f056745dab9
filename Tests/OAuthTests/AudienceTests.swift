import OAuth
import Testing

@Suite struct AudienceTests {
    private func service(_ text: String) throws -> ServiceIdentifier { try #require(ServiceIdentifier(text)) }

    @Test func `services are in order, each once`() throws {
        let a = try service("https://a.example")
        let b = try service("https://b.example")
        #expect(try #require(Audience([b, a, b])).services == [b, a])
    }

    @Test func `none is no audience`() {
        #expect(Audience([]) == nil)
    }

    @Test func `any service fits together with the longest issuer`() throws {
        let issuer = try Issuer("https://" + String(repeating: "a", count: Issuer.maximumBytes - 8))
        let longest = try service("x:" + String(repeating: "a", count: ServiceIdentifier.maximumBytes - 2))
        let audience = try #require(Audience([longest, ServiceIdentifier(issuer)]))
        #expect(audience.description.utf8.count == Audience.maximumBytes)
        let short = try service("y:a")
        #expect(Audience([longest, ServiceIdentifier(issuer), short]) == nil)
    }

    @Test func `the issuer alone is an audience`() throws {
        #expect(Audience(try Issuer("https://auth.example.com")).services.map(\.text) == ["https://auth.example.com"])
    }
}
