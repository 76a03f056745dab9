import OAuth
import Storage
import StrictFormats
import TykvaServer
import TykvaVerifier

/// What the buttons do: each takes a walk one step on, by calls that anybody could make.
struct Steps: Sendable {
    /// How often the owner refreshes: after two, the thief's copy is two behind, which no lost answer explains.
    static let refreshes = 2
    private let stage: DemoStory.Stage
    private let calls: IssuerCalls
    private let verifier: TokenVerifier

    init(_ stage: DemoStory.Stage, calls: IssuerCalls, verifier: TokenVerifier) {
        self.stage = stage
        self.calls = calls
        self.verifier = verifier
    }

    /// Takes one step. What is to be done first, or went wrong, stands in the walk's notice.
    ///
    /// - Returns: The step to show.
    func take(_ step: StoryStep, _ form: FormParameters, in walk: inout Walk) async -> StoryStep {
        walk.notice = nil
        if let first = step.missing(in: walk) {
            walk.notice = .init(
                step: first, text: "Step \(step.rawValue), “\(step.title)”, comes later: first do this one.")
            return first
        }
        do throws(IssuerCalls.Unreachable) {
            switch step {
            case .signIn: try await signIn(form, &walk)
            case .callService: try await callService(form, &walk)
            case .copyToken: walk.isCopied = true
            case .refresh: try await refresh(&walk)
            case .replay: try await replay(&walk)
            case .goOn: walk = Walk(at: stage.clock.now())
            case .readToken: break
            }
        } catch {
            walk.notice = .init(step: step, text: error.reason)
        }
        return step == .goOn ? .signIn : step
    }

    private func signIn(_ form: FormParameters, _ walk: inout Walk) async throws(IssuerCalls.Unreachable) {
        guard walk.signIn == nil else {
            walk.notice = .init(step: .signIn, text: "You are signed in already. Start again at the end of the page.")
            return
        }
        walk.userName = form["username"] ?? ""
        let answer = try await calls.token(
            [
                ("grant_type", "password"), ("client_id", DemoStory.client), ("username", walk.userName),
                ("password", form["password"] ?? ""), ("scope", DemoStory.scopes.joined(separator: " ")),
            ], as: .owner, at: stage.clock.now())
        guard let tokens = IssuedTokens(answer), let token = ReadToken(tokens.access) else {
            walk.refusedSignIn = answer
            return
        }
        walk.refusedSignIn = nil
        walk.signIn = Walk.SignIn(answer: answer, tokens: tokens, token: token, check: await check(tokens.access))
    }

    private func check(_ token: String) async -> Result<Void, Walk.SignIn.Refusal> {
        do {
            _ = try await verifier.verify(token)
            return .success(())
        } catch {
            return .failure(.init(reason: "\(error)"))
        }
    }

    private func callService(_ form: FormParameters, _ walk: inout Walk) async throws(IssuerCalls.Unreachable) {
        guard let signIn = walk.signIn, let kind = form["kind"].flatMap(OrdersCallKind.init(rawValue:)) else {
            walk.notice = .init(step: .callService, text: "There is no such call.")
            return
        }
        let newest = walk.refreshes.last?.tokens.access ?? signIn.tokens.access
        let bearer: String? =
            switch kind {
            case .valid: newest
            case .missing: nil
            case .altered: AlteredToken(newest).text
            case .expired: signIn.tokens.access
            }
        let answer = try await calls.orders(bearer: bearer, at: stage.clock.now())
        walk.calls.removeAll { $0.kind == kind }
        walk.calls.append(Walk.OrdersCall(kind: kind, answer: answer, bearer: bearer))
    }

    private func refresh(_ walk: inout Walk) async throws(IssuerCalls.Unreachable) {
        guard let signIn = walk.signIn, walk.refreshes.count < Self.refreshes else { return }
        let newest = walk.refreshes.last?.tokens ?? signIn.tokens
        let answer = try await calls.token(Self.refreshing(newest.refresh), as: .owner, at: stage.clock.now())
        guard let tokens = IssuedTokens(answer) else {
            walk.notice = .init(
                step: .refresh, text: "The refresh was refused (\(answer.status)): \(answer.body). Start again below.")
            return
        }
        walk.refreshes.append(Walk.Refresh(answer: answer, tokens: tokens))
    }

    /// Row 7 of the refresh state machine, and row 4 for the owner after it (docs/refresh.md).
    private func replay(_ walk: inout Walk) async throws(IssuerCalls.Unreachable) {
        guard let signIn = walk.signIn, let newest = walk.refreshes.last, walk.replay == nil else { return }
        let thief = try await calls.token(
            Self.refreshing(signIn.tokens.refresh), as: .thief, at: stage.clock.now())
        let owner = try await calls.token(Self.refreshing(newest.tokens.refresh), as: .owner, at: stage.clock.now())
        walk.replay = Walk.Replay(thief: thief, owner: owner, audit: await audit(of: signIn))
    }

    private func audit(of signIn: Walk.SignIn) async -> TheftRecord? {
        let claims = signIn.token.claims
        guard let user = claims["sub"]?.stringValue.flatMap({ UserID($0) }),
            let session = claims["sid"]?.stringValue.flatMap({ SessionID($0) })
        else { return nil }
        return try? await TheftRecord.find(
            in: stage.database, user: user, session: session, since: signIn.answer.at - .minutes(1))
    }

    private static func refreshing(_ token: String) -> [(String, String)] {
        [("grant_type", "refresh_token"), ("client_id", DemoStory.client), ("refresh_token", token)]
    }
}
