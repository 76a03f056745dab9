import OAuth
import StrictFormats

/// An answer of the server, readable: long values are shortened, and the whole is beside them to copy.
struct ExchangeView: Sendable {
    let status: String
    let tone: String
    let at: String
    let challenge: String?
    let answerBody: String?
    let whole: String?

    init(_ answer: Exchange) {
        status = "HTTP \(answer.status) \(answer.phrase)"
        tone = (200..<300).contains(answer.status) ? "good" : "bad"
        at = TimeText.clock(answer.at)
        challenge = answer.challenge
        let full = answer.object.map { PrettyJSON.text(.object($0)) } ?? answer.body
        let short = answer.object.map { PrettyJSON.text(.object($0), shortening: Shortened.limit) } ?? answer.body
        answerBody = short.isEmpty ? nil : short
        whole = short == full ? nil : full
    }
}
