import Foundation
import OAuth
import Secrets
import Storage
import Testing

@testable import TykvaServer

/// Every page, with values that one may meet, and with a stranger's texts wherever one can put a text.
struct SamplePages {
    static let redirect = "https://app.example.com/callback"
    let text: (String) -> String
    let clientID: ClientID
    let start = Milliseconds(1_795_594_260_000)

    /// - Parameter text: What becomes of each text that comes from outside.
    init(_ text: @escaping (String) -> String = { $0 }) throws {
        self.text = text
        clientID = try #require(ClientID("garden-planner"))
    }

    var client: ShownClient { ShownClient(id: clientID, displayName: text("Garden Planner")) }
    var person: ShownPerson { ShownPerson(userName: text("anna"), displayName: text("Anna Kowalska")) }

    func form(_ path: StaticString, leadsTo: Bool = true) -> PageForm {
        PageForm(
            OwnAddress(path, query: text("client_id=garden-planner&state=xyz")), token: "TOKEN",
            leadsTo: leadsTo ? FormTarget(redirectURI: Self.redirect) : nil)
    }

    var frame: AccountFrame { AccountFrame(person, signOut: form("/sign-out", leadsTo: false)) }

    func all() throws -> [(name: String, page: any Page)] {
        try signIn() + account() + errors()
    }

    func signIn() throws -> [(name: String, page: any Page)] {
        let scope = try #require(Scope("openid profile email offline_access plants:write"))
        return [
            ("sign-in", SignInPage(form("/sign-in"), client: client)),
            ("sign-in-plain", SignInPage(form("/sign-in", leadsTo: false), client: nil, userName: text("anna"))),
            (
                "sign-in-wrong",
                SignInPage(form("/sign-in"), client: client, userName: text("anna@example.com"), problem: .wrongPair)
            ),
            ("sign-in-again", SignInPage(form("/sign-in"), client: client, person: person)),
            ("sign-in-busy", SignInPage(form("/sign-in"), client: client, problem: .tooBusy(retryAfterSeconds: 3))),
            (
                "sign-in-held-up",
                SignInPage(
                    form("/sign-in"), client: client, userName: text("anna"),
                    problem: .heldUp(retryAfterSeconds: 512), canReset: true)
            ),
            ("sign-in-old", SignInPage(form("/sign-in"), client: client, problem: .pageIsOld)),
            ("sign-in-cookies", SignInPage(form("/sign-in"), client: client, problem: .cookiesNeeded)),
            (
                "sign-in-register",
                SignInPage(
                    form("/sign-in"), client: client, canReset: true,
                    registerAddress: OwnAddress("/register", query: text("x=y")).text)
            ),
            ("register", register()), ("register-address", register(.malformedEmail)),
            ("register-domain", register(.otherDomain([text("example.com"), "example.org"]))),
            ("register-name", register(.malformedName)), ("register-old", register(.pageIsOld)),
            ("registration-sent", StepPage(.registrationSent)),
            (
                "invitation",
                NewPasswordPage(
                    form("/password/first", leadsTo: false), .invitation, userName: text("anna@example.com"),
                    minimum: .standard)
            ),
            (
                "register-confirm",
                NewPasswordPage(
                    form("/register/confirm", leadsTo: false), .registration, userName: text("anna@example.com"),
                    minimum: .standard, problem: .new(.common))
            ),
            ("registered", StepPage(.registered, next: OwnAddress("/authorize", query: text("client_id=x&state=y")))),
            ("sign-in-to-confirm", StepPage(.signInToConfirm)),
            ("select-account", SelectAccountPage(form("/select-account"), person: person, client: client)),
            (
                "consent",
                ConsentPage(
                    form("/consent"), client: client, person: person, redirectHost: text("app.example.com"),
                    scope: scope, claims: ["roles", text("team")])
            ),
            (
                "consent-least",
                ConsentPage(
                    form("/consent"), client: ShownClient(id: clientID), person: person,
                    redirectHost: "app.example.com", scope: try #require(Scope("openid")), claims: [])
            ),
            ("confirm-sign-out", ConfirmSignOutPage(form("/logout"), person: person, client: client)),
            ("signed-out", SignedOutPage()),
            (
                "form-post",
                try #require(
                    FormPostPage(
                        redirectURI: Self.redirect, parameters: [("code", text("SplxlOBeZQQ")), ("state", text("xyz"))])
                )
            ),
        ]
    }

    private func register(_ problem: RegisterPage.Problem? = nil) -> RegisterPage {
        RegisterPage(
            form("/register"), client: client,
            typed: .init(email: text("anna@example.com"), name: text("Anna Kowalska")),
            signInAddress: OwnAddress("/sign-in", query: text("x=y")).text, problem: problem)
    }

    func account() throws -> [(name: String, page: any Page)] {
        let consents = [
            ConsentsPage.Consent(
                client: client, scope: try #require(Scope("openid profile email")), grantedAt: start),
            ConsentsPage.Consent(
                client: ShownClient(id: try #require(ClientID("recipes"))),
                scope: try #require(Scope("openid offline_access recipes:read")), grantedAt: start + .days(3)),
        ]
        return [
            (
                "profile",
                ProfilePage(
                    frame, email: text("anna@example.com"), isEmailVerified: true, roles: [text("gardener"), "editor"],
                    groups: [text("north")])
            ),
            (
                "profile-unproved",
                ProfilePage(
                    frame, email: text("anna@example.com"), isEmailVerified: false, roles: [],
                    changeEmail: form("/account/email", leadsTo: false),
                    confirmEmail: form("/account/confirm-email", leadsTo: false), sent: .confirmation)
            ),
            ("profile-least", ProfilePage(frame, email: nil, isEmailVerified: false, roles: [])),
            ("password", password()), ("password-short", password(.new(.tooShort(minimum: 15)))),
            ("password-long", password(.new(.tooLong))), ("password-control", password(.new(.controlCharacter))),
            ("password-common", password(.new(.common))), ("password-repetition", password(.new(.repetition))),
            ("password-sequence", password(.new(.sequence))), ("password-own", password(.new(.ownWords))),
            ("password-leaked", password(.new(.leaked))), ("password-wrong", password(.wrongCurrent)),
            ("password-differs", password(.notRepeated)), ("password-changed", password(isChanged: true)),
            (
                "new-password",
                NewPasswordPage(
                    form("/password/new", leadsTo: false), userName: text("anna"), minimum: .standard,
                    problem: .notRepeated)
            ),
            ("security", security(devices())), ("security-none", security([])),
            ("sessions", SessionsPage(frame, try sessions(), forms: forms, done: .applicationEnded)),
            ("sessions-none", SessionsPage(frame, [], forms: forms)),
            (
                "sessions-older",
                SessionsPage(
                    frame, try sessions(), forms: forms, isFirst: false, older: "/account/sessions?before=1.a")
            ),
            ("sessions-older-none", SessionsPage(frame, [], forms: forms, isFirst: false)),
            ("consents", ConsentsPage(frame, consents, withdraw: form("/account/consents", leadsTo: false))),
            (
                "consents-none",
                ConsentsPage(
                    frame, [], withdraw: form("/account/consents", leadsTo: false), isWithdrawn: true)
            ),
        ]
    }

    private func security(_ devices: [KnownDevice]) -> SecurityPage {
        SecurityPage(
            frame, notices: [], devices: devices, thisDevice: devices.last?.id,
            history: devices.map {
                SecurityPage.Line(
                    type: .signInSucceeded, at: $0.lastSeenAt, holder: $0.holder,
                    applicationName: text("Garden Planner"))
            },
            forms: SecurityPage.Forms(
                forgetDevice: form("/account/devices/forget", leadsTo: false),
                endEverything: form("/account/end-everything", leadsTo: false)))
    }

    private func devices() -> [KnownDevice] {
        ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", ""].map { agent in
            KnownDevice(
                id: TokenHash(of: agent), firstSeenAt: start - .days(20), lastSeenAt: start,
                holder: Holder(address: NetworkAddress(stored: "203.0.113.7"), agent: UserAgent(text(agent))))
        }
    }

    private func password(_ problem: PasswordPage.Problem? = nil, isChanged: Bool = false) -> PasswordPage {
        PasswordPage(
            frame, form("/account/password", leadsTo: false), minimum: .standard, problem: problem,
            isChanged: isChanged)
    }

    func errors() throws -> [(name: String, page: any Page)] {
        ErrorPage.Kind.allCases.map { kind in
            (
                "error-\(kind.rawValue)",
                ErrorPage(
                    kind, requestID: text("9f2c1a7be0d34512"),
                    developer: kind == .badRequest ? .invalidRequest("code_challenge is missing") : nil,
                    again: kind == .pageIsOld ? form("/authorize").action : nil)
            )
        }
    }

    private var forms: SessionsPage.Forms {
        SessionsPage.Forms(
            endSession: form("/account/sessions/end", leadsTo: false),
            endApplication: form("/account/applications/end", leadsTo: false),
            endOthers: form("/account/sessions/end-others", leadsTo: false))
    }

    private func sessions() throws -> [SessionsPage.Session] {
        let agents = [
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1",
            "curl/8.5.0", "",
        ]
        let recipes = ShownClient(id: try #require(ClientID("recipes")))
        return agents.enumerated().map { index, agent in
            let seen = start - .hours(Int64(9 * index))
            let applications = [(client, false), (recipes, true)].prefix(index > 1 ? 3 - index : 2 - index)
            return SessionsPage.Session(
                id: .random(), agent: UserAgent(text(agent)),
                address: index == 3 ? nil : text("203.0.113.\(7 + index)"),
                firstUse: seen - .days(4), lastUse: seen, isCurrent: index == 0,
                applications: applications.map { client, outlives in
                    SessionsPage.Application(
                        client: client, lastUse: seen - .minutes(7), outlivesSignOut: outlives)
                })
        }
    }
}
