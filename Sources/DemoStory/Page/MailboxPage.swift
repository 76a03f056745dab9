import TykvaServer

/// The letters that a demo's people have got, as their mail programs would show the text.
struct MailboxPage {
    let letters: [Entry]
    let hasNone: Bool

    struct Entry {
        let address: String
        let subject: String
        let lines: [Line]
    }

    /// A line of text, or a link.
    struct Line {
        let text: String
        let link: String?
    }

    init(_ arrivals: [DemoMailbox.Arrival], issuer: String) {
        letters = arrivals.map { arrival in
            Entry(
                address: arrival.address, subject: arrival.letter.subject,
                lines: arrival.letter.text.split(separator: "\n").map { line in
                    let text = String(line)
                    return Line(text: text, link: text.hasPrefix(issuer + "/") ? text : nil)
                })
        }
        hasNone = letters.isEmpty
    }
}
