import StrictFormats
import Testing

@testable import TykvaVerifier

@Suite struct PublishedKeysTests {
    @Test func `the usable keys of a set are there as they were published, in its order`() throws {
        let (first, second) = (TokenForge.es256, TokenForge.eddsa)
        var encryption = try TokenForge.otherES256.jwk()
        encryption["use"] = "enc"
        let set = JSONValue.object([
            "keys": .array([.object(try second.jwk()), .object(encryption), .object(try first.jwk())])
        ])
        #expect(try PublishedKeys(json: set.encoded()).documents == [try second.jwk(), try first.jwk()])
    }

    @Test func `a set that a verifier refuses is refused`() throws {
        var leaked = try TokenForge.es256.jwk()
        leaked["d"] = "AA"
        let set = JSONValue.object(["keys": .array([.object(leaked)])])
        #expect(throws: JWKSetError.self) { try PublishedKeys(json: set.encoded()) }
        #expect(throws: JWKSetError.self) { try PublishedKeys(json: Array("{}".utf8)) }
    }
}
