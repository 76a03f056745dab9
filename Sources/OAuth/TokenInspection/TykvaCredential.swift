import Secrets
import StrictFormats

/// A text that is one of Tykva's own secrets, known by its prefix and never shown whole.
struct TykvaCredential {
    let kind: TokenInspection.Kind
    let summary: String
    let advice: String

    private static let refreshTokenBytes = 54
    private static let refreshTokenVersion: UInt8 = 1

    init?(_ text: Substring) {
        if text.utf8.starts(with: RefreshToken.prefix.utf8) {
            kind = .refreshToken
            summary = Self.refreshTokenSummary(Substring(text.utf8.dropFirst(RefreshToken.prefix.utf8.count)))
            advice = "whoever has a refresh token can use it: keep it out of logs, mails and the shell's history"
        } else if text.utf8.starts(with: OneTimeValue.Prefix.clientSecret.text.utf8) {
            kind = .clientSecret
            summary = "a Tykva client secret of \(text.utf8.count) characters, not a token"
            advice = "if it has been seen by others, replace it with `tykva client secret`"
        } else if text.utf8.starts(with: MasterSecret.prefix.utf8) {
            kind = .masterSecret
            summary = "a Tykva master secret of \(text.utf8.count) characters, not a token"
            advice = "whoever has it can forge tokens together with the database: it belongs in its file alone"
        } else {
            return nil
        }
    }

    /// Version, key number and generation may be shown: the family id, which makes the token a secret, may not.
    private static func refreshTokenSummary(_ body: Substring) -> String {
        guard let bytes = Base64URL.decode(body), bytes.count == refreshTokenBytes, bytes[0] == refreshTokenVersion
        else { return "it begins like a Tykva refresh token and is not one: the rest is damaged" }
        let generation = bytes[18..<22].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return "a Tykva refresh token: number \(generation) of its family, made with master secret \(bytes[1])"
    }
}
