import OAuth
import StrictFormats

/// Step 2.
struct ReadTokenView: Sendable {
    let heading: HeadingView
    let decoded: Decoded?

    struct Member: Sendable {
        let name: String
        let value: String
        let meaning: String
    }

    struct Decoded: Sendable {
        let header: [Member]
        let claims: [Member]
        let keyID: String
        let algorithm: String
        let check: String
        let checkTone: String
        let life: String
        let lifeState: String
        let secondsLeft: Int64
        let lifetimeSeconds: Int64
        let nowMilliseconds: Int64
        let curl: String
    }

    init(_ walk: Walk, _ commands: Commands, at now: Milliseconds) {
        heading = HeadingView(.readToken, in: walk)
        decoded = walk.signIn.map { signIn in
            let token = signIn.token
            let left = token.secondsLeft(at: now)
            let keyID = token.header["kid"]?.stringValue ?? ""
            let algorithm = token.header["alg"]?.stringValue ?? ""
            let (check, tone) = Self.check(signIn, algorithm)
            return Decoded(
                header: Self.members(token.header, Meaning.header), claims: Self.members(token.claims, Meaning.claim),
                keyID: keyID, algorithm: algorithm, check: check, checkTone: tone,
                life: left > 0
                    ? "This access token lives \(TimeText.seconds(left)) more."
                    : "This access token has expired; the refresh token brings the next one.",
                lifeState: left > 0 ? "running" : "over", secondsLeft: left,
                lifetimeSeconds: max(token.lifetimeSeconds ?? 0, left, 1), nowMilliseconds: now.value,
                curl: commands.verify(signIn.tokens.access))
        }
    }

    private static func check(
        _ signIn: Walk.SignIn, _ algorithm: String
    ) -> (text: String, tone: String) {
        switch signIn.check {
        case .success:
            ("Checked with TykvaVerifier when it came: the \(algorithm) signature fits the issuer's key.", "good")
        case .failure(let refusal): ("TykvaVerifier refused it: \(refusal.reason)", "bad")
        }
    }

    private static func members(_ object: JSONObject, _ meaning: (String) -> String) -> [Member] {
        object.members.map { member in
            Member(name: member.name, value: shown(member.name, member.value), meaning: meaning(member.name))
        }
    }

    private static func shown(_ name: String, _ value: JSONValue) -> String {
        if ["exp", "iat", "nbf", "auth_time"].contains(name), let seconds = value.integerValue,
            (0...253_402_300_799).contains(seconds)
        {
            return "\(seconds) (\(TimeText.full(Milliseconds(seconds * 1000))))"
        }
        return value.stringValue ?? value.encodedString
    }
}
