import HTTPTypes
import Secrets

/// The cookie that finds a browser's walk: 256 random bits, of no use to a script or to another site.
///
/// Not `Secure`: on loopback the story is served over http.
enum WalkCookie {
    static let name = "tykva_demo"

    static func value(in headers: HTTPFields) -> OneTimeValue? {
        for pair in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let pair = pair.drop { $0 == " " }
            guard pair.hasPrefix("\(name)=") else { continue }
            return OneTimeValue(presented: String(pair.dropFirst(name.count + 1)))
        }
        return nil
    }

    static func setting(_ value: OneTimeValue) -> String {
        let seconds = Walks.lifetime.components.seconds
        return "\(name)=\(value.revealedText()); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
    }
}
