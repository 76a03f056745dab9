/// The words that an account and its service are called by, which whoever guesses knows as well.
struct OwnWords {
    private static let shortestWord = 2
    let words: [[Character]]

    /// - Parameter names: Such as a user name, an e-mail address or a host: each as a whole, and in its parts.
    init(_ names: [String]) {
        var words: Set<[Character]> = []
        for name in names {
            let folded = PasswordText.folded(name)
            let parts = folded.split { !$0.isLetter && !$0.isNumber }
            words.insert(Array(folded))
            words.insert(Array(parts.joined()))
            words.formUnion(parts.map { Array($0) })
            // "anna" of "anna85".
            words.formUnion(folded.split { !$0.isLetter }.map { Array($0) })
        }
        self.words = words.filter { $0.count >= Self.shortestWord }
    }
}
