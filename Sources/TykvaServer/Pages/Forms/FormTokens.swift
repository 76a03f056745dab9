import Crypto
import Secrets
import StrictFormats

/// The tokens of forms: a page elsewhere can send a form to us, and cannot know what ours hold.
///
/// token = base64url(HMAC-SHA256(key, purpose ‖ 0 ‖ subject ‖ 0 ‖ value of the form cookie)). The cookie has the
/// `__Host-` prefix: no other host can set it, and so the pair cannot be planted.
struct FormTokens: Sendable, Redacted {
    private let keyed: HMAC<SHA256>

    init(key: SymmetricKey) {
        keyed = HMAC(key: key)
    }

    /// - Parameter subject: What the form is about beside its purpose, such as the session that it was shown in; a
    ///   text without a zero byte.
    func token(_ purpose: FormPurpose, of subject: String = "", for cookie: OneTimeValue) -> String {
        var keyed = keyed
        for part in [purpose.rawValue, subject] { keyed.update(data: Array(part.utf8) + [0]) }
        keyed.update(data: Array(cookie.revealedText().utf8))
        return Base64URL.encode(Array(keyed.finalize()))
    }

    /// Whether the form was made by us for the browser that has the cookie, for this purpose and subject.
    func accepts(
        _ presented: String?, _ purpose: FormPurpose, of subject: String = "", from cookie: OneTimeValue?
    ) -> Bool {
        guard let presented, let cookie else { return false }
        return ConstantTime.equal(token(purpose, of: subject, for: cookie).utf8, presented.utf8)
    }
}

/// What a form does; the token of one is of no use to another.
enum FormPurpose: String, CaseIterable, Sendable {
    case signIn, selectAccount, consent, signOut, changePassword
    case endSession, endOtherSessions, endApplication, withdrawConsent, endEverything, forgetDevice
    case allIsWell, notMe, newPassword, forgotPassword, changeEmail, confirmEmail
    case sendConfirmation, acceptInvitation, register, openAccount
}
