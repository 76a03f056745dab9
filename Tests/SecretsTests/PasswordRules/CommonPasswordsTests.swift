import Foundation
import TestSupport
import Testing

@testable import Secrets

/// By the dictionary of Debian's cracklib-runtime, which `scripts/setup` installs.
@Suite struct CommonPasswordsTests {
    private static let source = "/usr/share/dict/cracklib-small"
    private let system = CommonPasswords(dictionary: .system, list: nil)

    /// Words as cracklib keeps them: letters and digits alone.
    private func words(_ isWanted: (String) -> Bool) throws -> [String] {
        let text = try String(contentsOfFile: Self.source, encoding: .utf8)
        let all = text.split(whereSeparator: \.isNewline).map { line in
            String(line.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
        return all.filter(isWanted)
    }

    private func rules(_ minimum: Int, _ common: CommonPasswords) throws -> PasswordRules {
        PasswordRules(minimum: try PasswordMinimum(minimum), common: common, serviceNames: [], leaked: nil)
    }

    @Test func `every entry of the dictionary is refused, dressed up too`() async throws {
        #expect(CrackDictionary.system.isThere && system.remark == nil)
        var random = SeededRandom(seed: TestSeed.announced(for: "entries of the dictionary"))
        let sample = try words { $0.count >= 8 }.shuffled(using: &random).prefix(400)
        #expect(sample.count == 400)
        let rules = try rules(8, system)
        for word in sample {
            for dressed in [word, word.uppercased(), word + "1985!", "??" + word.capitalized, word + word] {
                await #expect(throws: PasswordError.self, "\(dressed)") {
                    try await rules.accept(dressed, for: .nobody)
                }
            }
        }
    }

    @Test func `a passphrase of five words of the dictionary is taken`() async throws {
        var random = SeededRandom(seed: TestSeed.announced(for: "passphrases"))
        let words = try words { $0.count >= 3 && !$0.contains(where: \.isNumber) }
        let rules = try rules(15, system)
        for round in 0..<300 {
            let five = words.shuffled(using: &random).prefix(5)
            _ = try await rules.accept(five.joined(separator: round % 2 == 0 ? " " : ""), for: .nobody)
        }
        for known in ["correct horse battery staple", "pumpkin lantern candle", "a lantern in the orchard"] {
            _ = try await rules.accept(known, for: .nobody)
        }
    }

    @Test func `words that are not in it are taken`() throws {
        for word in ["", "a b", "zzyzzxq", "passw0rdx", String(repeating: "a", count: 32), "ölhändler", "\0"] {
            #expect(!system.contains(word), "\(word)")
        }
        for word in ["password", "zygote", "aardvark", "1q2w3e4r5t"] { #expect(system.contains(word), "\(word)") }
    }

    @Test func `many may ask at once`() async throws {
        let words = try words { $0.count >= 8 }.prefix(200)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { [system] in words.count { system.contains($0) && !system.contains($0 + "qx") } }
            }
            for await found in group { #expect(found == words.count) }
        }
    }

    @Test func `without a dictionary such passwords are taken, and the operator is told once`() async throws {
        let nowhere = CommonPasswords(dictionary: CrackDictionary(path: "/nowhere/words"), list: nil)
        #expect(nowhere.remark?.contains("no dictionary of common passwords at /nowhere/words") == true)
        _ = try await rules(8, nowhere).accept("password", for: .nobody)
        #expect(CommonPasswords.none.remark == nil)
        let list = try CommonPasswordList(Array("password\n".utf8))
        let listed = CommonPasswords(dictionary: CrackDictionary(path: "/nowhere/words"), list: list)
        #expect(listed.remark == nil)
        #expect(listed.contains("password"))
    }

    @Test func `a file that is no dictionary holds no word`() throws {
        let folder = try TestSupport.TemporaryFolder()
        for suffix in [".pwd", ".pwi", ".hwm"] {
            try Data("no dictionary at all, and rather short".utf8).write(to: URL(filePath: folder.file("d" + suffix)))
        }
        let dictionary = CrackDictionary(path: folder.file("d"))
        #expect(dictionary.isThere)
        #expect(!dictionary.contains("password"))
        #expect(system.contains("password"), "the next dictionary is opened all the same")
    }

    @Test func `a dictionary that is written anew is read anew`() throws {
        let folder = try TestSupport.TemporaryFolder()
        let dictionary = CrackDictionary(path: folder.file("own"))
        #expect(!dictionary.contains("kuerbis"))
        try pack(["kuerbis", "laterne", "tykva"], into: folder.file("own"))
        #expect(dictionary.contains("kuerbis") && dictionary.contains("tykva"))
        #expect(!dictionary.contains("kerze") && !dictionary.contains("password"))
        let more = (10..<60).map { "\(["apfel", "birne", "kerze", "zucca", "9"][$0 % 5])\($0)" }.sorted()
        try pack(more, into: folder.file("own"))
        for word in more { #expect(dictionary.contains(word), "\(word)") }
        #expect(!dictionary.contains("kuerbis"))
    }

    private func pack(_ words: [String], into path: String) throws {
        let folder = try TestSupport.TemporaryFolder()
        try Data((words.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder.file("words")))
        let packer = try ChildProcess(["/usr/sbin/cracklib-packer", path], input: folder.file("words"))
        #expect(packer.waited() == .exited(0))
    }
}

@Suite struct CommonPasswordListTests {
    @Test func `a list has one password a line, whatever its line ends`() throws {
        let list = try CommonPasswordList(Array("Kürbis2024\r\nzwei Wörter\n\n#raute\nlast".utf8))
        for word in ["kürbis2024", "zwei wörter", "#raute", "last"] { #expect(list.contains(word), "\(word)") }
        // A letter and its mark are the letter with the mark.
        #expect(list.contains("ku\u{308}rbis2024"))
        for word in ["", "zwei", "kürbis", "last\n"] { #expect(!list.contains(word), "\(word)") }
    }

    @Test func `what is no list is refused`() {
        #expect(throws: CommonPasswordList.Malformed.empty) { try CommonPasswordList([]) }
        #expect(throws: CommonPasswordList.Malformed.empty) { try CommonPasswordList(Array("\r\n \n".utf8)) }
        #expect(throws: CommonPasswordList.Malformed.notText) { try CommonPasswordList([0x61, 0xFF, 0x0A]) }
        let long = [UInt8](repeating: 0x61, count: CommonPasswordList.maximumBytes)
        #expect(throws: Never.self) { try CommonPasswordList(long) }
        #expect(throws: CommonPasswordList.Malformed.tooLong) { try CommonPasswordList(long + [0x61]) }
    }
}
