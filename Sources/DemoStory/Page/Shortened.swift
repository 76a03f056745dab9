/// A long text by its ends, which is enough to tell two of them apart.
struct Shortened: Sendable {
    /// Longer texts are shortened.
    static let limit = 64
    let head: String
    let tail: String

    init(_ text: String, head: Int = 16, tail: Int = 12) {
        self.head = String(text.prefix(head))
        self.tail = String(text.dropFirst(head).suffix(tail))
    }

    var text: String { "\(head)…\(tail)" }
}

/// A token as the page shows it.
struct TokenView: Sendable {
    let label: String
    let head: String
    let tail: String
    let text: String
    let remark: String
    /// `newest`, `old`, or nothing: how it looks.
    let kind: String

    init(_ label: String, _ token: String, remark: String, kind: String = "") {
        let shortened = Shortened(token)
        self.label = label
        head = shortened.head
        tail = shortened.tail
        text = token
        self.remark = remark
        self.kind = kind
    }
}
