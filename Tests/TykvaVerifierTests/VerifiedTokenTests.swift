import Foundation
import StrictFormats
import Testing

@testable import TykvaVerifier

@Suite struct VerifiedTokenTests {
    private func token(_ more: [(String, JSONValue)] = []) async throws -> VerifiedToken {
        var claims = TokenForge.claims
        for (name, value) in more { claims[name] = value }
        return try await TokenForge.es256.verifier().verify(try TokenForge.es256.token(claims: claims))
    }

    @Test func `claims of any kind are read by type`() async throws {
        let token = try await token([
            ("name", "Zoë Ω"), ("preferred_username", "zoe"), ("groups", ["a", "b"]), ("level", 7),
            ("ratio", .number(0.5)),
            ("active", true), ("tags", ["x", 1]), ("nothing", .null), ("address", ["city": "Lviv"]),
        ])
        #expect(token.name == "Zoë Ω")
        #expect(token.preferredUsername == "zoe")
        #expect(token.groups == ["a", "b"])
        #expect(token.integer("level") == 7)
        #expect(token.number("level") == 7)
        #expect(token.number("ratio") == 0.5)
        #expect(token.integer("ratio") == nil)
        #expect(token.bool("active") == true)
        #expect(token.bool("level") == nil)
        #expect(token.strings("tags") == nil)
        #expect(token.string("nothing") == nil)
        #expect(token.string("absent") == nil)
        #expect(token.value("address") == ["city": "Lviv"])
        #expect(token.claimNames.contains("nothing"))
    }

    @Test func `claims are decoded into the application's own type`() async throws {
        struct Claims: Decodable {
            struct Address: Decodable { var city: String }
            var sub: String
            var address: Address
        }
        let token = try await token([("address", ["city": "Lviv"])])
        #expect(try token.decodeClaims(as: Claims.self).address.city == "Lviv")
        #expect(try JSONValue(parsing: token.payload, limits: .token).objectValue?["sub"] == "u_1")
        await #expect(throws: DecodingError.self) { try await self.token().decodeClaims(as: Claims.self) }
    }

    @Test func `a scope or role is held only when it stands there whole`() async throws {
        let token = try await token([("scope", "orders:read  profile"), ("roles", ["clerk", "Keeper"])])
        #expect(token.hasScope("orders:read"))
        #expect(token.hasScope("profile"))
        for scope in ["orders", "orders:", "orders:readx", "Orders:read", "orders:read profile", "", " "] {
            #expect(!token.hasScope(scope))
        }
        #expect(token.hasRole("clerk"))
        for role in ["cler", "clerks", "Clerk", "", "\u{212A}eeper"] { #expect(!token.hasRole(role)) }
    }

    @Test func `roles of another shape give no role`() async throws {
        for roles in ["admin", ["admin", 1], [["value": "admin"]], ["admin": true], .null] as [JSONValue] {
            let token = try await token([("roles", roles)])
            #expect(token.roles == [])
            #expect(!token.hasRole("admin"))
        }
    }

    @Test func `nothing that prints a token shows what is in it`() async throws {
        let token = try await token()
        for text in ["\(token)", String(describing: token), String(reflecting: token), "\([token])"] {
            #expect(!text.contains("u_1"))
            #expect(!text.contains("auth.example.com"))
        }
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains("u_1"))
        #expect(Mirror(reflecting: token).children.isEmpty)
    }

    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_709_251_199.9, "2024-02-29T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, "253402300800.0"), (-1, "-1.0"),
        (9_007_199_254_740_992, "9007199254740992.0"),
    ])
    func `times in the log are UTC, and plain numbers where there is no such year`(seconds: Double, text: String) {
        #expect(TimeText.utc(seconds) == text)
    }
}
