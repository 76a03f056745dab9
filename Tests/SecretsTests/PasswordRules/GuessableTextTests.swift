import Foundation
import TestSupport
import Testing

@testable import Secrets

/// What is refused for what it is made of, and its nearest neighbours that are not.
@Suite struct GuessableTextTests {
    private static let words = ["password", "letmein", "horse", "sunshine", "the"]

    /// By a short list, so that each verdict is the test's and not the dictionary's.
    private func refusal(_ text: String, names: [String] = [], words: [String] = Self.words) throws -> PasswordError? {
        let list = try CommonPasswordList(Array(words.joined(separator: "\n").utf8))
        return GuessableText(text, own: OwnWords(names)).refusal(CommonPasswords(dictionary: nil, list: list))
    }

    @Test(arguments: [
        "abcabcabcabcabc", "aaaaaaaaaaaaaaa", "xkqwzxkqwzxkqwz", "xkqwzpvxkqwzpv", "ababababababab!", "               ",
        "passwordpassword", "password password", "Password1Password2", "PASSWORDpasswordPassword", "letmein-letmein!",
        "aaaabbbbccccdddd", "йцвйцвйцвйцвйцв", "🎃🕯🎃🕯🎃🕯🎃🕯", "7 1 9 3 8 2",
    ])
    func `a short or listed unit again and again is a repetition`(_ text: String) throws {
        #expect(try refusal(text) == .repetition)
    }

    @Test(arguments: [
        "abcdefghijklmno", "zyxwvutsrqponml", "ABCdefGHIjkl!!", "123456789012345", "098765432109876", "qwertyuiopasdfg",
        "poiuytrewqlkjhg", "1qaz2wsx3edc4rfv", "zaq1xsw2cde3vfr4", "qazwsxedcrfvtgb", "1q2w3e4r5t6y7u8",
        "123qweasdzxc456",
        "qwertzuiopyxcvb", "azertyuiopqsdfg", "!@#$%^&*()qwerty", "147258369147258", "abc 123 xyz 987",
        "qwertyuiop2024!",
        "абвгдежзиклмноп", "йцукенгшщзхъфыва", "фывапролджэ2024", "1357924680qwerty", "aaaaaqwertyuiop",
    ])
    func `rows of the alphabet, digits and keys are sequences, joined and backward too`(_ text: String) throws {
        #expect(try refusal(text) == .sequence)
    }

    @Test(arguments: [
        "password", "Password", "PASSWORD!", "password2024!", "123password", "password1234567", "12345678password!",
        "!!! password !!!", "qwertypassword99", "passwordaaaaaaa", "the1234567890the", "+++Sunshine+++2024",
    ])
    func `one listed word with little beside it is common`(_ text: String) throws {
        #expect(try refusal(text) == .common)
    }

    @Test(arguments: [
        "annalindannalind", "Anna Lind 1985", "lind.anna@example", "anna.lind@example.com", "Kürbiskürbis Anna",
        "auth.example.com", "example2024example", "annaqwertyuiop12", "AnnaLindAnna Lind!", "sommerfeldsommer",
        "1985-Anna-Lind", "dr. anna-sommer", "annaannaannaanna", "anna85anna85anna",
    ])
    func `nothing but the account's and the service's names is their own words`(_ text: String) throws {
        let names = ["anna85", "anna.lind@example.com", "Dr. Anna Sommer-Feld", "auth.example.com", "Kürbis"]
        #expect(try refusal(text, names: names) == .ownWords)
    }

    @Test func `a name beside a listed word is common, and beside another word it is none of these`() throws {
        #expect(try refusal("annapassword1234", names: ["anna"]) == .common)
        #expect(try refusal("anna and her lamp", names: ["anna"]) == nil)
        #expect(try refusal("annapumpkinlamp", names: ["anna"]) == nil)
        // One letter of a name is in every text.
        #expect(try refusal("a b a b c a c d b a", names: ["A. B. C. D."]) == nil)
    }

    @Test(arguments: [
        "correct horse battery staple", "correct horse battery staple correct horse battery staple",
        "pumpkin lantern candle", "a lantern in the orchard", "password letmein", "horse and password",
        "passwordx1234567",
        "password9174620", "horse 9 1 7 4 6 2 0", "31415926535897932", "k7#Qz!p2@Lw9$Rt", "xkqwzpvbxkqwzpvb",
        "xkqwzpvxkqwzp", "тыква под лавкой",
        "🎃🕯🦉🌙🍂🍁🕸🦇", "漢字仮名交文章", "dzgnk vbqsx pwhtj", "qwerty for a king", "expert water poison",
    ])
    func `what only its owner would put together is taken`(_ text: String) throws {
        #expect(try refusal(text) == nil)
    }

    @Test func `lists are compared without regard to case, wherever the word begins and ends`() throws {
        for text in ["LETMEIN", "12letmein", "letmeinletmeiN9", "qwertyLetMeIn"] {
            #expect(try refusal(text) != nil, "\(text)")
        }
        #expect(try refusal("Übergrößenträger", words: ["übergrößenträger"]) == .common)
        let long = "the quick brown fox jumps over the lazy dog"
        #expect(try refusal(long.uppercased(), words: [long]) == .common)
    }

    @Test func `a text that is made to cost ends soon`() throws {
        for text in ["abc", "a", "12", "anna", "qwerty", "ab1"].map({ String(repeating: $0, count: 256 / $0.count) }) {
            let start = Self.threadSeconds
            #expect(try refusal(text + "ж", names: ["anna"]) == nil)
            #expect(try refusal("ж" + text, names: ["anna"]) == nil)
            let taken = Self.threadSeconds - start
            #expect(taken < 5, "\(text.prefix(6)): \(taken) s")
        }
    }

    /// How long a processor has worked for this thread: what others do on the machine does not count.
    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `random texts and passphrases pass`() throws {
        let seed = TestSeed.announced(for: "random passwords")
        var random = SeededRandom(seed: seed)
        let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        for _ in 0..<2_000 {
            let text = String((0..<15).map { _ in characters[Int(random.next() % UInt64(characters.count))] })
            #expect(try refusal(text, names: ["anna"]) == nil, "\(text)")
        }
    }
}
