import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// A change of the master secret as two nodes see it, of which one hears of it later.
@Suite(.timeLimit(.minutes(15))) struct SecretChangeTests {
    private let one = MasterSecret.random()
    private let two = MasterSecret.random()

    private var both: MasterSecrets { get throws { try MasterSecrets(one).adding(two, 2) } }

    private func keyNumber(_ token: String?) throws -> UInt8? {
        RefreshToken.claimedKeyNumber(of: try #require(token))
    }

    @Test(arguments: Engine.available)
    func `a retry across the change has the same bytes, at a node that knows of it and at one that does not`(
        _ engine: Engine
    ) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            _ = scene.ring.take(try both)
            let late = try await scene.otherRing(try both)
            let administration = SecretAdministration(database)
            #expect(try await administration.register(2, of: both, at: scene.manual.now))
            let first = try #require(try await scene.signIn().refreshToken)
            let second = try #require(try await scene.refresh(first, through: database).refreshToken)
            #expect(try keyNumber(second) == 1)
            #expect(try await administration.activate(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            // The retry of a call from before the change.
            #expect(try await scene.refresh(first, through: database).refreshToken == second)
            #expect(try await scene.refresh(first, through: database, by: late).refreshToken == second)
            // A rotation by the new secret, repeated at the node that has not heard of it.
            let third = try #require(try await scene.refresh(second, through: database).refreshToken)
            #expect(try keyNumber(third) == 2)
            #expect(late.current.secrets.activeNumber == 1)
            #expect(try await scene.refresh(second, through: database, by: late).refreshToken == third)
            // And one by the old secret, which is the late node's still, repeated at the other.
            let fourth = try #require(try await scene.refresh(third, through: database, by: late).refreshToken)
            #expect(try keyNumber(fourth) == 1)
            #expect(try await scene.refresh(third, through: database).refreshToken == fourth)
            try await late.reload(database)
            let fifth = try #require(try await scene.refresh(fourth, through: database, by: late).refreshToken)
            #expect(try keyNumber(fifth) == 2)
            // What is old is a theft, under whichever secret it was made.
            await #expect(throws: OAuthError.self) { try await scene.refresh(second, through: database) }
            await #expect(throws: OAuthError.self) { try await scene.refresh(fifth, through: database) }
        }
    }

    @Test(arguments: Engine.available)
    func `a token of a secret that a node lacks is not called invalid`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: try both)
            let administration = SecretAdministration(database)
            #expect(try await !administration.register(2, of: both, at: scene.manual.now))
            let token = try #require(try await scene.signIn().refreshToken)
            #expect(try await administration.activate(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            let next = try #require(try await scene.refresh(token, through: database).refreshToken)
            let poor = try await scene.otherRing(MasterSecrets(one))
            poor.confirm(at: scene.clock.monotonicNow())
            #expect(poor.current.missing == [2])
            #expect(poor.current.secrets.activeNumber == 1)
            let refusal = await #expect(throws: OAuthError.self) {
                try await scene.refresh(next, through: database, by: poor)
            }
            #expect(refusal?.code == .temporarilyUnavailable)
            // It can read it now.
            #expect(poor.take(try both) == [])
            #expect(poor.current.missing == [])
            #expect(poor.current.secrets.activeNumber == 2)
            _ = try await scene.refresh(next, through: database, by: poor)
        }
    }

    @Test func `an unknown number is garbage only where storage was asked a moment ago`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            let keys = RefreshKeys(secrets: try both, issuer: scene.issuer)
            let text = try #require(RefreshToken(family: .random(), generation: 0, keyNumber: 2).text(keys: keys))
            #expect(throws: OAuthError.self) { _ = try scene.ring.refreshToken(text) }
            scene.ring.confirm(at: scene.clock.monotonicNow())
            #expect(try scene.ring.refreshToken(text) == nil)
            scene.manual.advance(by: .seconds(11))
            #expect(throws: OAuthError.self) { _ = try scene.ring.refreshToken(text) }
            // A wrong MAC under a number that is here is garbage whatever storage says.
            let own = RefreshKeys(secrets: MasterSecrets(two), issuer: scene.issuer)
            let forged = try #require(RefreshToken(family: .random(), generation: 0, keyNumber: 1).text(keys: own))
            #expect(try scene.ring.refreshToken(forged) == nil)
        }
    }

    @Test func `what a file says is taken over with care`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let scene = try await GrantScene(database, secrets: try both)
            let ring = scene.ring
            #expect(ring.take(try both.adding(.random(), 3)) == [])
            #expect(ring.current.secrets.numbers == [1, 2, 3])
            #expect(ring.current.unregistered == [3])
            // A line that was mended before it was added.
            let mended = try both.adding(.random(), 3)
            #expect(ring.take(mended) == [])
            #expect(ring.current.secrets.agrees(with: mended, on: 3))
            // What the deployment does not know goes with its line.
            #expect(ring.take(try both) == [])
            #expect(ring.current.secrets.numbers == [1, 2])
            // What it knows stays, whatever became of the file.
            #expect(ring.take(MasterSecrets(one)).count == 1)
            #expect(ring.take(try MasterSecrets(one).adding(.random(), 2)).count == 1)
            #expect(ring.current.secrets.agrees(with: try both, on: 2))
            #expect(ring.current.secrets.numbers == [1, 2])
        }
    }

    @Test func `a mended line of a number that another node has added is taken`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            let ring = scene.ring
            #expect(ring.take(try MasterSecrets(one).adding(.random(), 2)) == [])
            let administration = SecretAdministration(database)
            #expect(try await administration.register(2, of: both, at: scene.manual.now))
            try await ring.reload(database)
            #expect(ring.current.missing == [2] && ring.current.secrets.numbers == [1])
            // What another node made by it is not called invalid here.
            let keys = RefreshKeys(secrets: try both.activating(2), issuer: scene.issuer)
            let text = try #require(RefreshToken(family: .random(), generation: 0, keyNumber: 2).text(keys: keys))
            ring.confirm(at: scene.clock.monotonicNow())
            #expect(throws: OAuthError.self) { _ = try ring.refreshToken(text) }
            #expect(ring.take(try MasterSecrets(one).adding(.random(), 2)).count == 1)
            #expect(ring.take(try both) == [])
            #expect(ring.current.missing == [])
            #expect(try ring.refreshToken(text) != nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a node that was asleep asks which secret is active before it makes a token`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: try both)
            try await scene.tokens.prepare()
            #expect(try await SecretAdministration(database).activate(2, of: both, at: scene.manual.now))
            try await scene.tokens.prepare()
            #expect(scene.ring.current.secrets.activeNumber == 1)
            scene.manual.advance(by: .seconds(61))
            try await scene.tokens.prepare()
            #expect(scene.ring.current.secrets.activeNumber == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `a node that cannot read the active secret makes no token`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            let administration = SecretAdministration(database)
            #expect(try await administration.register(2, of: both, at: scene.manual.now))
            #expect(try await administration.activate(2, of: both, at: scene.manual.now))
            scene.manual.advance(by: .seconds(61))
            let refusal = await #expect(throws: OAuthError.self) { try await scene.tokens.prepare() }
            #expect(refusal?.code == .temporarilyUnavailable)
            #expect(scene.ring.take(try both) == [])
            try await scene.tokens.prepare()
        }
    }

    @Test func `a slow answer of storage brings no former secret back`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let scene = try await GrantScene(database, secrets: try both)
            let slow = HeldDatabase(database)
            async let late: Void = scene.ring.reload(slow)
            await slow.isHeld()
            scene.manual.advance(by: .seconds(1))
            #expect(try await SecretAdministration(database).activate(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            slow.release()
            try await late
            #expect(scene.ring.current.secrets.activeNumber == 2)
        }
    }

    @Test func `a secret that the deployment does not have makes no pages good`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            let browser = OneTimeValue.random()
            let forged = try await Engine.sqlite.withDatabase { elsewhere in
                let stranger = try await GrantScene(elsewhere, secrets: MasterSecrets(two)).ring
                return stranger.formTokens.token(.signIn, for: browser)
            }
            #expect(scene.ring.take(try both) == [])
            #expect(!scene.ring.formTokens.accepts(forged, .signIn, from: browser))
            #expect(try await SecretAdministration(database).register(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            #expect(scene.ring.formTokens.accepts(forged, .signIn, from: browser))
        }
    }

    @Test(arguments: Engine.available)
    func `pages that are open go on over the change, for as long as a ticket lives`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: try both)
            let late = try await scene.otherRing()
            let browser = OneTimeValue.random()
            func token(_ ring: SecretRing) -> String { ring.formTokens.token(.signIn, for: browser) }
            func takes(_ ring: SecretRing, _ token: String) -> Bool {
                ring.formTokens.accepts(token, .signIn, from: browser)
            }
            let ticket = RequestTicket(startedAt: scene.manual.now)
            let before = token(scene.ring)
            let ticketBefore = ticket.text(query: "q", browser: browser, key: scene.ring.ticketKey)
            #expect(try await SecretAdministration(database).activate(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            let after = token(scene.ring)
            #expect(after != before)
            #expect(takes(scene.ring, before) && takes(scene.ring, after))
            #expect(takes(late, before) && takes(late, after))
            func opens(_ text: String) -> Bool {
                RequestTicket(text, query: "q", browser: browser, key: scene.ring.ticketKey) == ticket
            }
            let ticketAfter = ticket.text(query: "q", browser: browser, key: scene.ring.ticketKey)
            #expect(ticketAfter != ticketBefore)
            scene.manual.advance(by: RequestTicket.lifetime)
            #expect(takes(scene.ring, before) && opens(ticketBefore))
            scene.manual.advance(by: .minutes(1))
            #expect(!takes(scene.ring, before) && !opens(ticketBefore))
            #expect(takes(scene.ring, after) && opens(ticketAfter))
        }
    }
}
