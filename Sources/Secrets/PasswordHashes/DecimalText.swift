/// A number in the text of a password hash, in its one spelling.
enum DecimalText {
    /// Ten digits at most, no sign, no leading zero.
    static func number(_ text: Substring) -> Int? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.first != "0" || text == "0"
        else { return nil }
        return Int(text)
    }
}
