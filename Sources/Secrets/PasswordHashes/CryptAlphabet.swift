/// The 64 characters of crypt(5). bcrypt counts them in another order than the others.
enum CryptAlphabet {
    /// By value in `$5$`, `$6$` and `$7$`.
    private static let characters = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// By value in bcrypt.
    private static let bcryptCharacters = Array(
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func contains(_ character: UInt8) -> Bool { characters.contains(character) }

    /// What a character stands for; 0 for any other one.
    static func value(_ character: UInt8) -> Int { characters.firstIndex(of: character) ?? 0 }

    static func bcryptValue(_ character: UInt8) -> Int { bcryptCharacters.firstIndex(of: character) ?? 0 }

    /// A number of several characters, the lowest first.
    static func number(_ text: some Collection<UInt8>) -> Int? {
        guard text.count <= 5, text.allSatisfy(contains) else { return nil }
        return text.reversed().reduce(0) { $0 << 6 | value($1) }
    }
}
