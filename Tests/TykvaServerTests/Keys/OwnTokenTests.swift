import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// A token that comes back to another node than the one that signed it.
@Suite(.timeLimit(.minutes(15))) struct OwnTokenTests {
    private let issuer: Issuer

    init() throws { issuer = try Issuer(TestServer.issuer) }

    @Test(arguments: Engine.available)
    func `a key that another node signs with already is read at its first token`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (node, other) = (try await scene.node(), try await scene.node())
            for _ in 0..<2 { _ = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now) }
            try await other.keys.reload()
            let token = try token(of: other, scene)
            #expect(node.signing(at: scene.now) != other.signing(at: scene.now))
            #expect(try await isBelieved(token, by: node, scene))
        }
    }

    @Test(arguments: Engine.available)
    func `a node that was asleep believes nothing of a key that was revoked`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (node, old) = (try await scene.node(), try await scene.key(.active).id)
            let token = try token(of: node, scene)
            #expect(try await isBelieved(token, by: node, scene))
            scene.manual.advance(by: KeyTimes.trust + .seconds(1))
            _ = try await scene.administration.revoke(old, at: scene.now)
            #expect(try await !isBelieved(token, by: node, scene))
        }
    }

    @Test func `an unknown or a malformed key is none of ours, and storage is asked for the one alone`() async throws {
        try await KeyScene.with(.sqlite) { scene in
            let counting = CountingDatabase(scene.database)
            let node = try await scene.node(through: counting)
            let token = try token(of: node, scene)
            let tail = token.drop { $0 != "." }
            let before = counting.count
            for kid in ["", "\u{00E9}", String(repeating: "k", count: 65), "a b"] {
                let header = Base64URL.encode(Array(#"{"alg":"ES256","typ":"at+jwt","kid":"\#(kid)"}"#.utf8))
                #expect(try await !isBelieved(header + tail, by: node, scene))
            }
            #expect(try await !isBelieved("nonsense", by: node, scene))
            #expect(counting.count == before)
            let header = Base64URL.encode(Array(#"{"alg":"ES256","typ":"at+jwt","kid":"another"}"#.utf8))
            #expect(try await !isBelieved(header + tail, by: node, scene))
            #expect(counting.count == before + 1)
            // Anybody can name one: however many do at once, they share what is read.
            let other = Base64URL.encode(Array(#"{"alg":"ES256","typ":"at+jwt","kid":"a-third"}"#.utf8)) + tail
            let held = HeldDatabase(scene.database, passing: 1)
            let counted = CountingDatabase(held)
            let busy = try await scene.node(through: counted)
            let strangers = Task { [scene] in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<50 { group.addTask { try await isBelieved(other, by: busy, scene) } }
                    return try await group.contains(true)
                }
            }
            await held.isHeld()
            held.release()
            #expect(try await !strangers.value)
            #expect(counted.count < 50)
        }
    }

    @Test func `many who want the keys share a read, and who can do without does not wait for long`() async throws {
        try await KeyScene.with(.sqlite) { scene in
            let held = HeldDatabase(scene.database, passing: 1)
            let counting = CountingDatabase(held)
            let node = try await scene.node(through: counting)
            let token = try token(of: node, scene)
            scene.manual.advance(by: KeyTimes.trust + .seconds(1))
            let waiting = Task { [scene] in try await isBelieved(token, by: node, scene) }
            await held.isHeld()
            // Storage hangs: these come back all the same.
            for _ in 0..<3 { await node.keys.renewBriefly() }
            #expect(!node.keys.isConfirmed)
            #expect(counting.count == 2)
            held.release()
            #expect(try await waiting.value)
            #expect(node.keys.isConfirmed)
        }
    }

    @Test func `after a read that has failed the key set is not held up by another one at once`() async throws {
        try await KeyScene.with(.sqlite) { scene in
            let counting = CountingDatabase(scene.database)
            let node = try await scene.node(through: counting)
            scene.manual.advance(by: KeyTimes.trust + .seconds(1))
            await scene.database.close()
            for _ in 0..<3 { await node.keys.renewBriefly() }
            #expect(counting.count == 2)
            scene.manual.advance(by: KeyTimes.nodePoll)
            await node.keys.renewBriefly()
            #expect(counting.count == 3)
        }
    }

    private func token(of node: KeyScene.Node, _ scene: KeyScene) throws -> String {
        let key = try #require(node.keys.current.active(at: scene.now))
        return try key.sign(.accessToken, Array(#"{"iss":"\#(issuer.text)"}"#.utf8))
    }

    private func isBelieved(_ token: String, by node: KeyScene.Node, _ scene: KeyScene) async throws -> Bool {
        let found = try await OwnToken.verified(
            token, kind: .accessToken, by: node.keys, issuer: issuer, at: scene.now)
        return found != nil
    }
}
