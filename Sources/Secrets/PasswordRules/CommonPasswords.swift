/// Words and passwords that are tried first: the system's dictionary, and a list of the operator's.
package struct CommonPasswords: Sendable {
    /// None at all: for passwords that nobody chose, such as a demo's.
    package static let none = CommonPasswords(dictionary: nil, list: nil)

    /// In characters; cracklib keeps no longer ones.
    static let longestWord = CrackDictionary.longestWord

    private let dictionary: CrackDictionary?
    private let list: CommonPasswordList?

    package init(dictionary: CrackDictionary?, list: CommonPasswordList?) {
        self.dictionary = dictionary
        self.list = list
    }

    /// A sentence for the operator when nothing can be looked up; such passwords are taken then.
    package var remark: String? {
        guard list == nil, let dictionary, !dictionary.isThere else { return nil }
        return "there is no dictionary of common passwords at \(dictionary.path), so none are refused: install "
            + "cracklib-runtime, or set common_passwords_file"
    }

    /// - Parameter text: Folded as by `PasswordText.folded`.
    func contains(_ text: String) -> Bool {
        list?.contains(text) == true || dictionary?.contains(text) == true
    }
}
