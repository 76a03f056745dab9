import OAuth
import StrictFormats
import Testing

@Suite struct SensitiveContentsTests {
    private let planted = PlantedToken()

    @Test(arguments: [
        "ada@example.com", "Ada <ada.lovelace+jwt@mail.example.co.uk>", "mailto:a@b.example",
        "write to ada@example.com.",
        "ÄDA@bücher.example", "x_y-z@a-b.museum",
    ])
    func `an e-mail address is found whatever its name`(_ text: String) {
        #expect(findings("sub2", .string(text)) == ["claims.sub2 email"])
        #expect(findings("list", ["x", .string(text)]) == ["claims.list[1] email"])
    }

    @Test(arguments: [
        "ada@example", "@example.com", "a @example.com", "a@ example.com", "a@.com", "a@b..com", "a@b.c", "a@1.2", "@",
        "a@b.",
        "5fXk@clients", "npm/@scope/name.js", "a@", "user@host", "",
    ])
    func `what only has the sign of one is none`(_ text: String) {
        #expect(findings("x", .string(text)) == [])
    }

    @Test(arguments: ["email", "E-Mail", "userEmail", "user_email", "work-mail", "https://example.com/email", "email2"])
    func `a member named after e-mail is told`(_ name: String) {
        #expect(findings(name, "somebody").map { $0.split(separator: " ").last } == ["email"])
        #expect(findings(name, true) == [])
        #expect(findings(name, .null) == [])
        #expect(findings(name, "") == [])
    }

    @Test(arguments: [
        ("phone", "030 1234567"), ("phone_number", "5551234"), ("mobile", "0171/1234567"), ("x", "+49 30 1234567"),
        ("x", "+1 (555) 123-4567"), ("x", "tel:+442071838750"), ("x", "(555) 123-4567"), ("x", "555-123-4567"),
        ("tel", "12345"), ("contactPhone", "+4930123456"),
    ])
    func `a phone number is found by name or by form`(_ name: String, _ value: String) {
        #expect(findings(name, .string(value)) == ["claims.\(name) phone"])
    }

    @Test(arguments: [
        ("phone", "android"), ("phone_number", "1234"), ("x", "+1"), ("x", "+02:00"), ("x", "+1234567"), ("x", "1.2.3"),
        ("x", "+1234567890123456"), ("x", "555-1234-567"), ("x", "5551234567"), ("x", "+49 30 call me"),
        ("x", "2026-11-23"), ("microphone", "123456"),
    ])
    func `what is no phone number is not taken for one`(_ name: String, _ value: String) {
        #expect(findings(name, .string(value)) == [])
    }

    @Test func `a phone number as a number is told by its name`() {
        #expect(findings("phone", 491_711_234_567) == ["claims.phone phone"])
        #expect(findings("phone_number_verified", true) == [])
    }

    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "3782 822463 10005",
        "6011111111111117", "5555555555554444", "2223003122003222", "4222222222222", "6304000000000000",
        "card: 4111 1111 1111 1111, valid 12/29", "4111 1111 1111 1111 12 29", "urn:card:4111111111111111",
        "no 12 4111 1111 1111 1111",
    ])
    func `a card number is found whatever its name`(_ text: String) {
        #expect(findings("x", .string(text)) == ["claims.x card-number"])
    }

    @Test(arguments: [
        "4111111111111112", "4111 1111 1111 1112", "411111111111", "a4111111111111111", "4111111111111111b",
        "4111111111111111_", "41111111111111110000", "4111  1111  1111  1111", "4111.1111.1111.1111", "1790000000000",
        "00000000-0000-0000-0000-000000000000", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "0000000000000000",
        "7999999999999999",
    ])
    func `a wrong last digit, another length or letters beside it make none`(_ text: String) {
        #expect(findings("x", .string(text)) == [])
    }

    @Test func `a card number as a number is found, times and identifiers are not`() {
        #expect(findings("x", 4_111_111_111_111_111) == ["claims.x card-number"])
        #expect(findings("x", 4_111_111_111_111_112) == [])
        #expect(findings("x", -4_111_111_111_111_111) == [])
        #expect(findings("card_number", 1_234_567_890_123) == ["claims.card_number card-number"])
        #expect(findings("card_number", "1234") == [])
        for milliseconds in stride(from: Int64(1_790_000_000_000), to: 1_790_000_000_200, by: 1) {
            #expect(findings("x", .integer(milliseconds)) == [])
        }
    }

    @Test(arguments: [
        ("birthdate", "1815-12-10"), ("birthdate", "0000-12-10"), ("dateOfBirth", "10. 12. 1815"), ("dob", "18151210"),
        ("birth_date", "1815"), ("x", "1980-12-31"), ("x", "31.12.1980"), ("x", "12/31/1980"), ("x", "2013-01-01"),
    ])
    func `a date of birth is found by name or by form`(_ name: String, _ value: String) {
        #expect(findings(name, .string(value)) == ["claims.\(name) birth-date"])
    }

    @Test(arguments: [
        ("x", "2014-01-01"), ("x", "1899-12-31"), ("x", "1980-13-32"), ("x", "1980-12-31T00:00:00Z"), ("x", "1980-1-1"),
        ("x", "19801231"), ("x", "1.2.3.4.5."), ("birthday", "yes"), ("birthdate_verified", ""), ("x", "１９８０-12-31"),
    ])
    func `another date is none`(_ name: String, _ value: String) {
        #expect(findings(name, .string(value)) == [])
    }

    @Test(arguments: [
        "password", "userPassword", "db_password", "password2", "PASSWORD", "passwd", "pwd", "secret", "client_secret",
        "api_key", "apiKey", "APIKey", "x-api-key", "apikey", "access_token", "refreshToken", "token", "pin", "userPIN",
        "ssn",
        "private_key", "secret_key", "social_security_number", "credentials", "cvv",
        "https://example.com/claims/password",
        "password_hash", "otp",
    ])
    func `a member named after a secret is told`(_ name: String) {
        #expect(findings(name, "x") == ["claims.\(name) secret"])
        #expect(findings(name, 1_234) == ["claims.\(name) secret"])
        #expect(findings(name, false) == [])
    }

    @Test(arguments: [
        "token_type", "token_use", "password_changed_at", "pwd_exp", "secret_expires_at", "token_endpoint", "shipping",
        "spin",
        "pinned", "secretary", "compass", "tokenized", "keyboard", "passport_control", "authorization", "key", "jti",
        "nonce",
        "at_hash", "sid", "azp", "session_state", "resource_access",
    ])
    func `a member that only sounds like it is not`(_ name: String) {
        #expect(findings(name, "x") == [])
    }

    @Test(arguments: [
        "-----BEGIN PRIVATE KEY-----\nMC4C", "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2id$v=19$m=19456,t=2,p=1$c29t$c29t",
        "tkvr_AQEAAAAAAAAAAAAAAAAA", "AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln", "078-05-1120",
    ])
    func `a secret is found by its form`(_ text: String) {
        #expect(findings("x", .string(text)) == ["claims.x secret"])
    }

    @Test(arguments: [
        "-----BEGIN PUBLIC KEY-----", "$2b$", "tkvr_", "AKIA", "AKIAiosfodnn7example", "eyJhbGciOiJub25lIn0",
        "078-05-112",
        "eyJ.b.c.d", "2026-11-23", "8J3c0nqWmE2s7uYz5kXvTA", "550e8400-e29b-41d4-a716-446655440000",
    ])
    func `what has only a part of that form is none`(_ text: String) {
        #expect(findings("x", .string(text)) == [])
    }

    @Test func `a key's private part is told, its public part is not`() {
        let thumbprint: JSONObject = ["jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"]
        #expect(findings("cnf", .object(thumbprint)) == [])
        var key: JSONObject = ["kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"]
        #expect(findings("cnf", ["jwk": .object(key)]) == [])
        key["d"] = "AA"
        #expect(findings("cnf", ["jwk": .object(key)]) == ["claims.cnf.jwk secret"])
        #expect(findings("x", ["kty": "oct", "k": "AA"]) == ["claims.x secret"])
    }

    @Test func `a postal address is told, others are not`() {
        #expect(findings("address", ["locality": "Brno"]) == ["claims.address postal-address"])
        #expect(findings("street_address", "Hauptstr. 1") == ["claims.street_address postal-address"])
        #expect(findings("ip_address", "192.0.2.1") == [])
        #expect(findings("address", .object([:])) == [])
        #expect(findings("wallet_address", "0xabc") == [])
    }

    @Test func `each place is found however deep, once, and never quoted`() {
        let contents: JSONValue = [
            "person": [
                "contacts": [["email": "ada@example.com"], ["phone": "+49 30 1234567"]],
                "payment": ["note": "4111 1111 1111 1111", "pin": "8523"],
            ]
        ]
        let inspection = planted.with("data", contents).inspection
        #expect(
            inspection.findings == [
                "claims.data.person.contacts[0].email email", "claims.data.person.contacts[1].phone phone",
                "claims.data.person.payment.note card-number", "claims.data.person.payment.pin secret",
            ])
        for warning in inspection.warnings {
            for value in ["ada@", "1234567", "1111", "8523"] { #expect(!warning.description.contains(value)) }
        }
    }

    private func findings(_ name: String, _ value: JSONValue) -> [String] {
        planted.with(name, value).findings
    }
}
