import OAuth
import Testing

/// What an answer is good for: design of scopes (RFC 6749 §3.3, §6) and resources (RFC 8707 §2).
@Suite struct TokenTargetTests {
    private let issuer: Issuer
    private let a: ServiceIdentifier
    private let b: ServiceIdentifier
    private let c: ServiceIdentifier

    init() throws {
        issuer = try Issuer("https://auth.example.com")
        a = try #require(ServiceIdentifier("https://a.example"))
        b = try #require(ServiceIdentifier("https://b.example"))
        c = try #require(ServiceIdentifier("https://c.example"))
    }

    private func target(_ form: String) throws(OAuthError) -> TokenTarget {
        try TokenTarget(FormParameters(Array(form.utf8)))
    }

    private func audience(
        _ form: String, granted: [ServiceIdentifier] = [], registered: [ServiceIdentifier], scope: String = ""
    ) throws -> [String] {
        try target(form).audience(
            granted: granted, registered: registered, scope: try #require(Scope(scope)), issuer: issuer
        ).services.map(\.text)
    }

    private func code(_ body: () throws -> Void) -> OAuthError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? OAuthError)?.code
        }
    }

    // MARK: Scope

    @Test func `without a scope the answer has all that may be had`() throws {
        let allowed = try #require(Scope("read write"))
        #expect(try target("").scope(within: allowed) == allowed)
        #expect(try target("scope=").scope(within: allowed) == allowed)
        #expect(try target("").asksForNothing)
    }

    @Test func `a narrower scope is given as asked, and a wider one refused`() throws {
        let allowed = try #require(Scope("read write"))
        #expect(try target("scope=write").scope(within: allowed).text == "write")
        #expect(try target("scope=write+read").scope(within: allowed).text == "write read")
        #expect(code { _ = try target("scope=read+admin").scope(within: allowed) } == .invalidScope)
        #expect(code { _ = try target("scope=READ").scope(within: allowed) } == .invalidScope)
        #expect(code { _ = try target("scope=read").scope(within: .empty) } == .invalidScope)
    }

    @Test(arguments: ["scope=+", "scope=read++write", "scope=%22", "scope=%C3%A9", "scope=read%0Awrite"])
    func `a malformed scope is refused`(_ form: String) {
        #expect(code { _ = try target(form) } == .invalidScope)
    }

    // MARK: Audience

    @Test func `without a resource the audience is the client's first service`() throws {
        #expect(try audience("", registered: [a, b]) == [a.text])
    }

    @Test func `a client without services gets the issuer`() throws {
        #expect(try audience("", registered: []) == [issuer.text])
    }

    @Test func `openid adds the issuer, once`() throws {
        #expect(try audience("", registered: [a], scope: "openid") == [a.text, issuer.text])
        #expect(try audience("", registered: [], scope: "openid") == [issuer.text])
        #expect(
            try audience("resource=https://b.example", registered: [a, b], scope: "openid") == [b.text, issuer.text])
        #expect(try audience("", registered: [a], scope: "openidx") == [a.text])
    }

    @Test func `asked-for services are given in their order`() throws {
        let form = "resource=https://b.example&resource=https://a.example&resource=https://b.example"
        #expect(try audience(form, registered: [a, b]) == [b.text, a.text])
    }

    @Test func `a service that is not the client's is refused`() {
        #expect(code { _ = try audience("resource=https://c.example", registered: [a, b]) } == .invalidTarget)
        #expect(
            code { _ = try audience("resource=https://a.example&resource=https://c.example", registered: [a]) }
                == .invalidTarget)
        #expect(code { _ = try audience("resource=https://a.example/", registered: [a]) } == .invalidTarget)
        #expect(code { _ = try audience("resource=https://auth.example.com", registered: [a]) } == .invalidTarget)
    }

    @Test func `what the session was begun for bounds what a refresh may ask for`() throws {
        #expect(try audience("", granted: [b, c], registered: [a, b, c]) == [b.text, c.text])
        #expect(try audience("resource=https://c.example", granted: [b, c], registered: [a, b, c]) == [c.text])
        #expect(
            code { _ = try audience("resource=https://a.example", granted: [b], registered: [a, b]) } == .invalidTarget)
    }

    @Test func `a service that was taken from the client since is no longer given`() throws {
        #expect(try audience("", granted: [a, b], registered: [b]) == [b.text])
        #expect(try audience("", granted: [a], registered: [b]) == [issuer.text])
        #expect(
            code { _ = try audience("resource=https://a.example", granted: [a], registered: [b]) } == .invalidTarget)
    }

    @Test(arguments: ["resource=", "resource"]) func `an empty resource counts as left out`(_ form: String) throws {
        #expect(try audience(form, registered: [a]) == [a.text])
    }

    @Test(arguments: ["resource=a", "resource=https://a.example%23x", "resource=/x", "resource=https://a.example+b"])
    func `a resource that is no absolute URI is refused`(_ form: String) {
        #expect(code { _ = try target(form) } == .invalidTarget)
    }

    @Test func `eight resources may be asked for, and nine not`() throws {
        let one = "resource=https://a.example"
        #expect(try audience(Array(repeating: one, count: 8).joined(separator: "&"), registered: [a]) == [a.text])
        #expect(code { _ = try target(Array(repeating: one, count: 9).joined(separator: "&")) } == .invalidTarget)
    }

    @Test func `resources that do not fit a token together are refused`() throws {
        let long = try (0..<3).map { try #require(ServiceIdentifier("x\($0):" + String(repeating: "a", count: 100))) }
        let form = long.map { "resource=" + $0.text }.joined(separator: "&")
        #expect(code { _ = try audience(form, registered: long) } == .invalidTarget)
        #expect(try audience("resource=" + long[1].text, registered: long) == [long[1].text])
    }
}
