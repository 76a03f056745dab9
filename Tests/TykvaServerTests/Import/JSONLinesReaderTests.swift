import OAuth
import Secrets
import StrictFormats
import Testing

@testable import TykvaServer

@Suite struct JSONLinesReaderTests {
    @Test func `a line has all that is known of a user`() throws {
        let line =
            #"{"name":"anna","email":"anna@example.com","email_verified":true,"display_name":"Anna Lind","#
            + #""roles":["reader","admin"],"attributes":{"level":3,"city":"Brno"},"#
            + #""password_hash":"\#(ImportSample.bcrypt)","disabled":true}"#
        let entries = try ImportSample.entries(Array(line.utf8))
        let user = try #require(entries.first?.imported)
        #expect(entries.count == 1)
        #expect(user.user.name.text == "anna")
        #expect(user.user.email?.text == "anna@example.com")
        #expect(user.user.emailIsVerified)
        #expect(user.user.displayName == "Anna Lind")
        #expect(user.user.roles.map(\.text) == ["reader", "admin"])
        #expect(user.user.attributes.map(\.name) == ["level", "city"])
        #expect(user.user.attributes.map(\.value) == [.integer(3), .string("Brno")])
        #expect(user.user.passwordHash?.stored == ImportSample.bcrypt)
        #expect(user.scheme == .bcrypt)
        #expect(user.user.isDisabled)
    }

    @Test(arguments: [
        #"{"name":"anna"}"#,
        #"{"name":"anna","email":null,"email_verified":null,"display_name":null,"roles":null,"attributes":null,"#
            + #""password_hash":null,"disabled":null}"#,
        #"  {"name" : "anna", "email_verified": false, "display_name": "", "roles": [], "attributes": {}}  "#,
    ])
    func `only the name is needed`(_ line: String) throws {
        let user = try #require(try ImportSample.entries(Array(line.utf8)).first?.imported)
        #expect(user.user.name.text == "anna")
        #expect(user.user.email == nil && !user.user.emailIsVerified && user.user.displayName == nil)
        #expect(user.user.roles.isEmpty && user.user.attributes.isEmpty && user.user.passwordHash == nil)
        #expect(user.scheme == nil && !user.user.isDisabled)
    }

    @Test(arguments: [
        ("x", "line: the JSON has a byte that may not stand there (at byte 0)"), (#"{"name":"anna""#, "ends too early"),
        (#"{"name":"anna"} {"name":"boris"}"#, "goes on after the value"), ("[]", "it is not a JSON object"),
        (#""anna""#, "it is not a JSON object"), ("{}", "line: it has no name"), (#"{"name":null}"#, "it has no name"),
        (#"{"name":"anna","name":"boris"}"#, "has a member twice"), (#"{"name":1}"#, "name: it must be a text"),
        (#"{"name":""}"#, "user name: it must not be empty"), (#"{"name":" anna"}"#, "begin or end with a space"),
        (#"{"name":"an\u0000na"}"#, "control characters"), (#"{"name":"an\ufe0fna"}"#, "invisible characters"),
        (#"{"name":"anna","password":"secret"}"#, "its member password is none of this form's"),
        (#"{"name":"anna","email":"anna"}"#, "e-mail address"), (#"{"name":"anna","email":""}"#, "e-mail address"),
        (#"{"name":"anna","email_verified":true}"#, "there is no e-mail address"),
        (#"{"name":"anna","email_verified":"yes"}"#, "it must be true or false"),
        (#"{"name":"anna","display_name":"a\nb"}"#, "display name: control characters"),
        (#"{"name":"anna","roles":"admin"}"#, "roles: it must be an array of texts"),
        (#"{"name":"anna","roles":["a b"]}"#, "role: it has 1 to 64 bytes"),
        (#"{"name":"anna","roles":[null]}"#, "roles: it must be an array of texts"),
        (#"{"name":"anna","attributes":[]}"#, "attributes: it must be an object"),
        (#"{"name":"anna","disabled":0}"#, "disabled: it must be true or false"),
        (#"{"name":"anna","password_hash":""}"#, "password hash: it is of no scheme"),
        (#"{"name":"anna","password_hash":"5f4dcc3b5aa765d61d8327deb882cf99"}"#, "password hash: it is of no scheme"),
        (
            #"{"name":"anna","password_hash":"$2b$15$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS"}"#,
            "password hash: verifying it would cost too much: the cost may be 14 at most"
        ),
        (#"{"name":"anna","password_hash":"$2b$05$abc"}"#, "password hash: it is not a whole bcrypt hash"),
        (#"{"name":"anna","attributes":{"a":[[[[[[[[[1]]]]]]]]]}}"#, "nested deeper than allowed"),
    ])
    func `a broken line is named by its number and said in a sentence, and the others are read`(
        _ line: String, _ words: String
    ) throws {
        let text = #"{"name":"first"}"# + "\n\n" + line + "\n" + #"{"name":"last"}"# + "\r\n"
        let entries = try ImportSample.entries(Array(text.utf8), format: .jsonl)
        #expect(entries.map(\.line) == [1, 3, 4])
        #expect(entries.compactMap(\.imported?.user.name.text) == ["first", "last"])
        let refusal = try #require(entries[1].refusal)
        #expect(refusal.hasPrefix("3: ") && refusal.contains(words), "\(refusal)")
        #expect(!refusal.contains("5f4dcc3b") && !refusal.contains("secret") && !refusal.contains("abcdefgh"))
    }

    @Test func `bytes that are no text are a broken line`() throws {
        let bytes =
            Array(#"{"name":"anna"}"#.utf8) + [0x0A] + [0xFF, 0xFE] + [0x0A] + Array(#"{"name":"b"#.utf8) + [0xC3]
        let entries = try ImportSample.entries(bytes, format: .jsonl)
        #expect(entries.map(\.line) == [1, 2, 3])
        #expect(entries.compactMap(\.imported).count == 1)
    }

    @Test(arguments: [1, 7, 1_000, 65_536, 1_000_000])
    func `lines are read alike from pieces of any length`(_ piece: Int) throws {
        let long = #"{"name":"long","display_name":""# + String(repeating: "x", count: 300_000) + #""}"#
        let lines = (1...40).map { #"{"name":"user-\#($0)"}"# } + [long, #"{"name":"after"}"#, long]
        let text = "\u{FEFF}" + lines.joined(separator: "\n")
        let entries = try ImportSample.entries(Array(text.utf8), piece: piece)
        #expect(entries.map(\.line) == Array(1...43))
        #expect(entries.filter { $0.refusal != nil }.map(\.line) == [41, 43])
        #expect(entries[40].refusal == "41: line: it is longer than 262144 bytes")
        #expect(entries[0].imported?.user.name.text == "user-1")
        #expect(entries[41].imported?.user.name.text == "after")
    }

    @Test func `nothing is nothing`() throws {
        for text in ["", "\n", " \r\n\n", "\u{FEFF}"] {
            #expect(try ImportSample.entries(Array(text.utf8)).isEmpty)
        }
    }
}
