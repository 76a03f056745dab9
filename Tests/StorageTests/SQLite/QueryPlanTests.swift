import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

/// What is done for every request reads as many rows with ten million users as with ten.
@Suite(.timeLimit(.minutes(15))) struct QueryPlanTests {
    @Test func `a refresh finds all its rows by an index`() async throws {
        try await RefreshScene.with(.sqlite) { scene in
            let family = try await scene.families(1, at: 4)[0]
            let use = RefreshUse(
                family: family.key, generation: 4, key: 1, caller: scene.owner, newKey: 7, now: RefreshScene.start,
                newIdleExpiry: RefreshScene.start + RefreshScene.idle)
            let statements: [SQL] = [
                Statement.rotate(use).sql,
                Statement.fastForward(use, from: 4, epoch: 1).sql,
                Statement.family(family.key).sql,
                Statement.judge(family.key).sql,
                Statement.endFamilies(ofSession: family.session, .revoked, at: RefreshScene.start).sql,
                Statement.endFamilies(ofUser: scene.user, .revoked, at: RefreshScene.start).sql,
                Statement.revokeFamily(family.key, of: scene.owner.client, at: RefreshScene.start).sql,
            ]
            for sql in statements {
                let steps = try await plan(sql, in: scene.database)
                #expect(!steps.isEmpty)
                for step in steps { #expect(!step.hasPrefix("SCAN"), "\(step) in \(sql)") }
            }
        }
    }

    @Test func `signing in, entering an application and telling others find all their rows by an index`() async throws {
        try await RefreshScene.with(.sqlite) { scene in
            let (now, hash) = (RefreshScene.start, TokenHash(of: "x"))
            let (client, session) = (scene.owner.client, SessionID.random())
            let statements: [SQL] = [
                Statement.browserSession(cookie: hash, at: now).sql,
                Statement.touch(session, by: RefreshScene.home, idleExpiresAt: now, at: now).sql,
                Statement.authorizationCode(hash).sql,
                Statement.endOnlineFamilies(ofSession: session, .signedOut, at: now).sql,
                Statement.backchannelLogouts(ofSession: session, at: now).sql,
                Statement.backchannelLogouts(ofUser: scene.user, at: now).sql,
                Statement.liveClaims(
                    scene.user, session: session, client: client, token: AccessTokenID(family: nil), at: now
                ).sql,
                Statement.backchannelLogouts(of: client, ofUser: scene.user, in: session, at: now).sql,
                Statement.pushedRequests(of: client, limit: 1000).sql,
                Statement.pushedRequest(hash, of: client, at: now).sql,
                Statement.openPushedRequest(hash, at: now, until: now).sql,
                Statement.claim(for: client, limit: 10, until: now, at: now).sql,
                Statement.claim(.mail, limit: 10, until: now, at: now).sql,
                Statement.claim(for: WebhookID.random(), limit: 10, until: now, at: now).sql,
                Statement.recall(.mail, dueAfter: now, at: now).sql,
                Statement.removeMessages(deliveredBefore: now).sql,
                Statement.removeMessages(givenUpBefore: now).sql,
                Statement.removeMessages(waitingSince: now).sql,
                Statement.removeMessages(to: .random()).sql,
                Statement.waitingMessages(to: .random()).sql,
                Statement.consents(of: scene.user).sql,
                Statement.removeCodes(expiredBefore: now).sql,
                Statement.removeExpiredPushedRequests(at: now).sql,
                Statement.removeExpiredAssertions(at: now).sql,
            ]
            for sql in statements {
                for step in try await plan(sql, in: scene.database) {
                    #expect(!step.hasPrefix("SCAN"), "\(step) in \(sql)")
                }
            }
        }
    }

    /// What waits in a long outbox is found in order: nothing is sorted, and of the outbox nothing is read in vain.
    @Test func `the next messages are found in their order, and webhooks are the only table that is read whole`()
        async throws
    {
        try await RefreshScene.with(.sqlite) { scene in
            let now = RefreshScene.start
            let claims: [Statement<[DueMessage]>] = [
                .claim(.mail, limit: 9, until: now, at: now),
                .claim(for: WebhookID.random(), limit: 9, until: now, at: now),
                .claim(for: scene.owner.client, limit: 9, until: now, at: now),
            ]
            for claim in claims {
                let steps = try await plan(claim.sql, in: scene.database)
                #expect(!steps.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(steps)")
                #expect(
                    steps.contains {
                        $0.contains("outbox_due (kind=?") || $0.contains("outbox_webhook (webhook_id=?")
                            || $0.contains("outbox_client (kind=? AND client_id=?")
                    })
            }
            let clients = try await plan(Statement.dueClients(at: now).sql, in: scene.database)
            let reads = clients.filter { $0.contains("outbox") || $0.contains("TEMP B-TREE") }
            #expect(
                reads.count == 3
                    && reads.allSatisfy { $0.contains("COVERING INDEX outbox_client (kind=? AND client_id") })
            let event = Event(at: now, type: .refreshTheft)
            let telling = [Statement.tellWebhooks(of: event, .all).sql, Statement.dueWebhooks(at: now).sql]
            for sql in telling {
                for step in try await plan(sql, in: scene.database) where step.hasPrefix("SCAN") {
                    #expect(step.hasPrefix("SCAN webhook") && !step.contains("event_type"), "\(step) in \(sql)")
                }
            }
        }
    }

    /// Which rows a batch takes is found out once, by an index: the rows themselves are found by their keys, not among
    /// all that are due.
    @Test func `a batch costs as much as its rows, however many wait`() async throws {
        try await RefreshScene.with(.sqlite) { scene in
            let now = RefreshScene.start
            var backlog = WebhookBacklog(of: .random(), writtenUntil: now)
            backlog.dueBefore = now
            let batches: [SQL] = [
                Statement.claim(.mail, limit: 9, until: now, at: now).sql,
                Statement.claim(for: scene.owner.client, limit: 9, until: now, at: now).sql,
                Statement.claim(for: WebhookID.random(), limit: 9, until: now, at: now).sql,
                Statement.giveUp(backlog, "", at: now).sql, Statement.recall(.mail, dueAfter: now, at: now).sql,
                Statement.removeMessages(deliveredBefore: now).sql, Statement.removeMessages(to: .random()).sql,
                Statement.removeDevices(notSeenSince: now).sql, Statement.removeExpiredGuesses(at: now).sql,
                Statement.removeOldestGuesses(limit: 9).sql, Statement.removeEvents(before: now).sql,
                Statement.removeCodes(expiredBefore: now).sql, Statement.removeExpiredAssertions(at: now).sql,
                Statement.removeExpiredPushedRequests(at: now).sql, Statement.removeNotices(before: now).sql,
                Statement.removeExpiredSessions(now: now, endedBefore: now).sql,
            ]
            for sql in batches {
                let steps = try await plan(sql, in: scene.database)
                let rows = try #require(steps.first)
                let scans = steps.filter { $0.hasPrefix("SCAN") && !$0.contains("USING") && $0 != "SCAN oldest" }
                #expect(scans.isEmpty, "\(sql)")
                #expect(rows.contains("=?)") && !rows.contains("<") && !rows.contains(">"), "\(rows) in \(sql)")
            }
        }
    }

    @Test func `a plan that reads a whole table would be noticed`() async throws {
        try await RefreshScene.with(.sqlite) { scene in
            let steps = try await plan("SELECT id FROM account WHERE display_name = \("Anna")", in: scene.database)
            #expect(steps.contains { $0.hasPrefix("SCAN account") })
        }
    }

    /// What SQLite means to do for a statement, step by step.
    private func plan(_ sql: SQL, in database: any Database) async throws -> [String] {
        let rows = try await database.once(Statement("EXPLAIN QUERY PLAN \(sql)") { $0 })
        return try rows.map { try $0.text("detail") }
    }
}
