import OAuth
import Testing

@Suite struct AuthorizationStepTests {
    private let now = Milliseconds(1_000_000_000)
    private let anna = UserID.random()

    private func circumstances(
        authTime: Int64? = nil, consented: String? = nil,
        _ change: (inout AuthorizationCircumstances) -> Void = { _ in }
    ) -> AuthorizationCircumstances {
        var circumstances = AuthorizationCircumstances(now: now)
        circumstances.session = authTime.map { .init(user: anna, authTime: Milliseconds($0)) }
        circumstances.consented = consented.flatMap { Scope($0) }
        change(&circumstances)
        return circumstances
    }

    private func step(
        _ changes: [String: String?], _ circumstances: AuthorizationCircumstances, isFirstParty: Bool = true
    ) throws -> String {
        let client = try AuthorizationSample.client(isFirstParty: isFirstParty)
        return switch try AuthorizationSample.request(changes, client: client).step(circumstances) {
        case .refuse(let error): error.code.rawValue
        case .signIn: "sign in"
        case .selectAccount: "select account"
        case .consent: "consent"
        case .issueCode: "code"
        }
    }

    private func step(_ circumstances: AuthorizationCircumstances) throws -> String { try step([:], circumstances) }

    @Test func `without a session the person signs in, or prompt=none is refused`() throws {
        #expect(try step(circumstances()) == "sign in")
        #expect(try step(["prompt": "none"], circumstances()) == "login_required")
    }

    @Test func `a session is enough for a first-party client`() throws {
        #expect(try step(circumstances(authTime: 0)) == "code")
        #expect(try step(["prompt": "none"], circumstances(authTime: 0)) == "code")
        #expect(try step(["prompt": "consent"], circumstances(authTime: 0)) == "code")
    }

    @Test func `prompt=login wants a sign-in after the request came, and no more than one`() throws {
        let before = circumstances(authTime: 10) { $0.startedAt = Milliseconds(11) }
        let start = now.value - 300_000
        let after = circumstances(authTime: start) { $0.startedAt = Milliseconds(start) }
        let longAgo = circumstances(authTime: start - 1) { $0.startedAt = Milliseconds(start - 1) }
        #expect(try step(["prompt": "login"], circumstances(authTime: 10)) == "sign in")
        #expect(try step(["prompt": "login"], before) == "sign in")
        #expect(try step(["prompt": "login"], after) == "code")
        #expect(try step(["prompt": "login"], longAgo) == "sign in", "the page lay open for more than five minutes")
    }

    @Test func `max_age counts from the sign-in, and zero always asks`() throws {
        let minuteAgo = now.value - 60_000
        #expect(try step(["max_age": "60"], circumstances(authTime: minuteAgo)) == "code")
        #expect(try step(["max_age": "59"], circumstances(authTime: minuteAgo)) == "sign in")
        #expect(try step(["max_age": "59", "prompt": "none"], circumstances(authTime: minuteAgo)) == "login_required")
        let fresh = circumstances(authTime: minuteAgo) { $0.startedAt = Milliseconds(minuteAgo) }
        #expect(try step(["max_age": "0"], fresh) == "code", "the person just took a minute on another page")
    }

    @Test func `somebody else than expected signs in, once`() throws {
        let other = circumstances(authTime: 10) { $0.expectedSubject = "u_x" }
        let again = circumstances(authTime: 10) {
            $0.expectedSubject = "u_x"; $0.startedAt = Milliseconds(10)
        }
        let same = circumstances(authTime: 10) { [anna] in $0.expectedSubject = anna.text }
        #expect(try step(other) == "sign in")
        #expect(try step(["prompt": "none"], other) == "login_required")
        #expect(try step(again) == "login_required")
        #expect(try step(same) == "code")
    }

    @Test func `an account is chosen once`() throws {
        let chosen = circumstances(authTime: 10) { $0.hasChosenAccount = true }
        #expect(try step(["prompt": "select_account"], circumstances(authTime: 10)) == "select account")
        #expect(try step(["prompt": "select_account"], chosen) == "code")
    }

    @Test func `others' clients need consent to all that they ask`() throws {
        func third(_ changes: [String: String?], _ circumstances: AuthorizationCircumstances) throws -> String {
            try step(changes, circumstances, isFirstParty: false)
        }
        func third(_ circumstances: AuthorizationCircumstances) throws -> String { try third([:], circumstances) }
        let some = circumstances(authTime: 0, consented: "openid")
        let all = circumstances(authTime: 0, consented: "openid profile orders:read")
        #expect(try third(circumstances(authTime: 0)) == "consent")
        #expect(try third(some) == "consent")
        #expect(try third(all) == "code")
        #expect(try third(["prompt": "none"], some) == "consent_required")
        #expect(try third(["prompt": "consent"], all) == "consent")
        let agreed = circumstances(authTime: 0) { $0.hasConsented = true }
        #expect(try third(["prompt": "consent"], agreed) == "code")
        #expect(try third(["claims": #"{"userinfo":{"email":null}}"#], all) == "consent", "e-mail was not agreed to")
    }
}
