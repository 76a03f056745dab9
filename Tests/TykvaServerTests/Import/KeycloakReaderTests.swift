import Foundation
import OAuth
import Secrets
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite struct KeycloakReaderTests {
    private static let argon2 =
        #""credentials":[{"id":"1","type":"password","userLabel":"My password","createdDate":1767604673211,"#
        + #""secretData":"{\"value\":\"xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=\",\"salt\":"#
        + #"\"LRScGShC7shkdoU5B1UgUQ==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":5,"#
        + #"\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"32\"],\"memory\":[\"7168\"],"#
        + #"\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}"}"#

    private func entries(_ users: String, piece: Int = 65_536) throws -> [ImportEntry] {
        try ImportSample.entries(Array(ImportSample.realm(users).utf8), piece: piece)
    }

    private func user(_ members: String) throws -> ImportedUser {
        let entries = try entries(#"{"username":"anna"\#(members)}"#)
        #expect(entries.count == 1)
        return try entries[0].user.get()
    }

    @Test(arguments: [1, 5, 65_536])
    func `a user of a realm export is read`(_ piece: Int) throws {
        let entries = try entries(
            #"""
            {
                "id" : "a1",
                "username" : "anna",
                "firstName" : "Anna",
                "lastName" : "Lind } ] \" {",
                "email" : "anna@example.com",
                "emailVerified" : true,
                "createdTimestamp" : 1611230538676,
                "enabled" : true,
                "totp" : false,
                \#(Self.argon2)],
                "disableableCredentialTypes" : [ ],
                "requiredActions" : [ ],
                "realmRoles" : [ "default-roles-shop", "offline_access", "uma_authorization", "admin" ],
                "notBefore" : 0,
                "groups" : [ "/sales", "/sales/north" ]
            }, {"username" : "boris", "enabled" : false}
            """#, piece: piece)
        #expect(entries.map(\.line) == [8, 24])
        let anna = try entries[0].user.get()
        #expect(anna.user.name.text == "anna")
        #expect(anna.user.displayName == #"Anna Lind } ] " {"#)
        #expect(anna.user.email?.text == "anna@example.com" && anna.user.emailIsVerified)
        #expect(anna.user.roles.map(\.text) == ["admin"])
        #expect(anna.user.attributes.map(\.name) == ["groups"])
        #expect(anna.user.attributes.map(\.value) == [["/sales", "/sales/north"]])
        #expect(anna.user.passwordHash?.stored.hasPrefix("$argon2id$v=19$m=7168,t=5,p=1$") == true)
        #expect(anna.scheme == .argon2id)
        #expect(!anna.user.isDisabled)
        #expect(anna.omissions.isEmpty)
        let boris = try entries[1].user.get()
        #expect(boris.user.isDisabled && boris.user.passwordHash == nil && boris.user.displayName == nil)
    }

    @Test func `what is not taken over is noted`() throws {
        let anna = try user(
            #","enabled":true,"requiredActions":["UPDATE_PASSWORD"],"federatedIdentities":[{"identityProvider":"x"}],"#
                + #""federationLink":"ldap","clientRoles":{"account":["view-profile"]},"clientConsents":[{}],"#
                + #""attributes":{"shoe size":["43"],"name":["Anna"],"groups":["x"]},"#
                + #""realmRoles":["Store Manager","ok"],"#
                + #""groups":["/a b"],"# + Self.argon2
                + #",{"type":"otp","secretData":"{}","credentialData":"{}"},{"type":"webauthn"}]"#)
        #expect(Set(anna.omissions.map(\.kind)) == Set(KeycloakOmission.Kind.allCases))
        let names = Set(anna.omissions.compactMap(\.name))
        #expect(names == ["shoe size", "name", "groups", "Store Manager", "/a b"])
        #expect(anna.user.roles.map(\.text) == ["ok"])
        #expect(anna.user.attributes.isEmpty)
        #expect(anna.user.passwordHash != nil)
    }

    @Test func `attributes take the types that they have here`() throws {
        let anna = try user(
            #","attributes":{"level":["3"],"city":["Brno"],"member":["true"],"languages":["cs","en"]}"#)
        let values = Dictionary(uniqueKeysWithValues: anna.user.attributes.map { ($0.name, $0.value) })
        #expect(values == ["level": 3, "city": "Brno", "member": true, "languages": ["cs", "en"]])
        #expect(anna.omissions.isEmpty)
    }

    @Test(arguments: [
        (#"{"id":"a"}"#, "user: they have no username"), (#"{"username":""}"#, "user name: it must not be empty"),
        ("null", "it is not a JSON object"), ("5", "it is not a JSON object"), ("[{}]", "it is not a JSON object"),
        (#"{"username":"anna","username":"b"}"#, "has a member twice"), (#"{"username":"anna" "x"}"#, "the JSON"),
        (#"{"username":"an\qna"}"#, "invalid escape"), (#"{} {"username":"anna"}"#, "goes on after the value"),
        (#"{"username":"service-account-web","serviceAccountClientId":"web"}"#, "this is a client's service account"),
        (#"{"username":"anna","email":"x"}"#, "e-mail address"),
        (#"{"username":"anna","attributes":{"level":["x"]}}"#, "attribute level: its value is not of the type number"),
        (#"{"username":"anna","attributes":{"level":["1","2"]}}"#, "attribute level: it has several values"),
        (#"{"username":"anna","attributes":{"city":"Brno"}}"#, "attribute city: it must be an array of texts"),
        (#"{"username":"anna","credentials":[{"type":"password","value":"secret"}]}"#, "as Keycloak 8 and later write"),
        (
            #"{"username":"anna","credentials":[{"type":"password","credentialData":"{}","secretData":"{}"}]}"#,
            "password hash: it is of no scheme"
        ),
        (#"{"username":"anna",\#(argon2),\#(argon2.dropFirst(15))]}"#, "password: there are two"),
        (#"{"username":"anna","credentials":[1]}"#, "credentials: they must be objects"),
    ])
    func `a broken user is named by their line, and the others are read`(_ broken: String, _ words: String) throws {
        let entries = try entries("{\"username\":\"first\"},\n\(broken),\n{\"username\":\"last\"}")
        #expect(entries.map(\.line) == [8, 9, 10])
        #expect(entries.compactMap(\.imported?.user.name.text) == ["first", "last"])
        let refusal = try #require(entries[1].refusal)
        #expect(refusal.contains(words), "\(refusal)")
        #expect(!refusal.contains("secret\""))
    }

    @Test func `where brackets do not match, or the file ends, what was before is read and the rest is not`() throws {
        let whole = ImportSample.realm(
            "{\"username\":\"first\"},\n{\"username\":\"second\"},\n{\"username\":\"third\"}")
        let cuts = [
            whole.replacing(#"{"username":"third"}"#, with: #"{"username":["third"}"#),
            String(whole.prefix(upTo: try #require(whole.range(of: "third")).lowerBound)),
            String(whole.prefix(upTo: try #require(whole.range(of: "\"clients")).lowerBound)),
        ]
        for (cut, count) in zip(cuts, [2, 2, 3]) {
            let entries = try ImportSample.entries(Array(cut.utf8))
            #expect(entries.compactMap(\.imported).count == count)
            #expect(entries.last?.refusal?.contains("export: it is cut off or broken here") == true)
        }
    }

    @Test func `users of a user storage are counted, and only users of the realm itself are read`() throws {
        let text = #"{"realm":"x","federatedUsers":[{"id":"f:1:a"},{"id":"f:1:b"}],"users":[{"username":"anna"}]}"#
        var reader = try ImportReader(ImportSample.input(text), format: nil, definitions: [])
        #expect(reader.format == .keycloak)
        #expect(try reader.next()?.imported?.user.name.text == "anna")
        #expect(try reader.next() == nil)
        #expect(reader.federatedUsers == 2)
    }

    @Test func `several files of one realm can come one after the other`() throws {
        let text = #"{"realm":"x","users":[{"username":"anna"}]}"# + "\n" + #"{"realm":"x","users":[{"username":"b"}]}"#
        let entries = try ImportSample.entries(Array(text.utf8))
        #expect(entries.compactMap(\.imported?.user.name.text) == ["anna", "b"])
        #expect(entries.map(\.line) == [1, 2])
    }

    @Test func `a user beyond every bound is refused alone`() throws {
        let long = #"{"username":"long","firstName":""# + String(repeating: "x", count: 1_100_000) + #""}"#
        let entries = try entries(#"{"username":"a"},\#(long),{"username":"b"}"#)
        #expect(entries.compactMap(\.imported?.user.name.text) == ["a", "b"])
        #expect(entries[1].refusal?.contains("longer than 1048576 bytes") == true)
    }

    @Test func `brackets without end are no end of memory`() throws {
        let deep = #"{"realm":"x","users":["# + String(repeating: "[", count: 100_000)
        let entries = try ImportSample.entries(Array(deep.utf8))
        #expect(entries.count == 1 && entries[0].refusal?.contains("export") == true)
    }

    @Test(arguments: [
        (#"{"name":"anna"}"#, ImportFormat.jsonl), ("x", .jsonl), ("", .jsonl), (#"{"email":{"users":[]}}"#, .jsonl),
        (#"{"realm":"x"}"#, .keycloak), (#"{"id":"1","realm":"x"}"#, .keycloak), (#"{"users":[]}"#, .keycloak),
        ("\u{FEFF}\n {\n \"id\": \"1\",\n \"realm\" :\"x\"}", .keycloak), (#"{"a":"\"realm\":"}"#, .jsonl),
        (#"{"name":"realm"}"#, .jsonl),
    ])
    func `the form is recognised by its beginning`(_ text: String, _ format: ImportFormat) throws {
        for piece in [1, 65_536] {
            #expect(
                try ImportReader(ImportSample.input(text, piece: piece), format: nil, definitions: []).format == format)
        }
    }

    @Test func `an array is refused with what to do`() {
        #expect {
            try ImportReader(ImportSample.input(#"[{"realm":"a"},{"realm":"b"}]"#), format: nil, definitions: [])
        } throws: { "\($0)".contains("--realm") }
    }

    @Test func `random damage to an export never traps`() throws {
        let whole = Array(ImportSample.realm(#"{"username":"anna",\#(Self.argon2)]},{"username":"boris"}"#).utf8)
        var random = SeededRandom(seed: TestSeed.announced(for: "damaged exports"))
        for _ in 0..<500 {
            var damaged = whole
            for _ in 0..<3 {
                damaged[Int.random(in: 0..<whole.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? ImportSample.entries(damaged, piece: 64)
            _ = try? ImportSample.entries(damaged, format: .jsonl)
        }
    }
}
