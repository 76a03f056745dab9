/// The templates, by the names under which they include each other.
enum PageTemplate: String, CaseIterable, Sendable {
    case layout, form, time, phrase, problem, notice, client
    case signIn = "sign_in"
    case selectAccount = "select_account"
    case consent
    case signedOut = "signed_out"
    case confirmSignOut = "confirm_sign_out"
    case formPost = "form_post"
    case error
    case profile, password, sessions, consents
    case step, notices, security
    case forgotPassword = "forgot_password"
    case newPassword = "new_password"
    case register
    case passwordFields = "password_fields"

    var source: [UInt8] {
        switch self {
        case .layout: PackageResources.layout_mustache
        case .form: PackageResources.form_mustache
        case .time: PackageResources.time_mustache
        case .phrase: PackageResources.phrase_mustache
        case .problem: PackageResources.problem_mustache
        case .notice: PackageResources.notice_mustache
        case .client: PackageResources.client_mustache
        case .signIn: PackageResources.sign_in_mustache
        case .selectAccount: PackageResources.select_account_mustache
        case .consent: PackageResources.consent_mustache
        case .signedOut: PackageResources.signed_out_mustache
        case .confirmSignOut: PackageResources.confirm_sign_out_mustache
        case .formPost: PackageResources.form_post_mustache
        case .error: PackageResources.error_mustache
        case .profile: PackageResources.profile_mustache
        case .password: PackageResources.password_mustache
        case .sessions: PackageResources.sessions_mustache
        case .consents: PackageResources.consents_mustache
        case .step: PackageResources.step_mustache
        case .notices: PackageResources.notices_mustache
        case .security: PackageResources.security_mustache
        case .forgotPassword: PackageResources.forgot_password_mustache
        case .newPassword: PackageResources.new_password_mustache
        case .register: PackageResources.register_mustache
        case .passwordFields: PackageResources.password_fields_mustache
        }
    }
}
