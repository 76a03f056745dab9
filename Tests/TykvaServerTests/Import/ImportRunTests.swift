import Logging
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct ImportRunTests {
    private static let start = ManualClock().now

    private struct Outcome {
        var refusals: [String] = []
        var batches = 0
        var tally = ImportTally()
    }

    private func withStore(
        _ engine: Engine, _ body: (any Database, UserAdministration) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: Self.start.value)
            try await body(database, UserAdministration(database))
        }
    }

    private func run(
        _ database: any Database, _ text: String, _ mode: ImportRun.Mode = .adding
    ) async throws -> Outcome {
        var outcome = Outcome()
        var run = try await ImportRun(
            database, ImportSample.input(text), format: nil, claimLimit: .standard, mode: mode)
        try await run.run(now: { Self.start }) { news in
            switch news {
            case .refused(let line, let refusal): outcome.refusals.append("\(line): \(refusal)")
            case .progress: outcome.batches += 1
            }
        }
        outcome.tally = run.tally
        return outcome
    }

    private func contents(_ database: any Database) async throws -> [String] {
        var contents: [String] = []
        for profile in try await UserAdministration(database).page(after: nil, limit: 10_000) {
            contents.append("\(profile.account) \(profile.roles) \(profile.attributes)")
        }
        return contents + (try await database.once(.events(EventFilter(limit: 10_000)))).map { "\($0)" }
    }

    @Test(arguments: Engine.available)
    func `users go in with all that is known of them, and an event each`(_ engine: Engine) async throws {
        try await withStore(engine) { database, users in
            let city = try #require(AttributeName("city"))
            try await AttributeAdministration(database).add(city, class: .public, type: .string, at: Self.start)
            let text = """
                {"name":"Anna","email":"Anna@Example.com","email_verified":true,"display_name":"Anna Lind",\
                "roles":["reader","admin","reader"],"attributes":{"city":"Brno","groups":["sales"]},\
                "password_hash":"\(ImportSample.bcrypt)"}
                {"name":"boris","email":"anna@example.com","disabled":true}
                """
            let outcome = try await run(database, text)
            #expect(outcome.refusals.isEmpty)
            #expect(outcome.tally.added == 2 && outcome.tally.withoutPassword == 1)
            #expect(outcome.tally.hashes == [.bcrypt: 1])
            let anna = try #require(try await users.find(UserName("anna")))
            #expect(anna.account.name == "Anna" && anna.account.displayName == "Anna Lind")
            #expect(anna.account.email == "Anna@Example.com" && anna.account.emailVerifiedAt == Self.start)
            #expect(anna.account.hasPassword && anna.account.disabledAt == nil)
            #expect(anna.roles.map(\.text) == ["admin", "reader"])
            #expect(anna.attributes.map(\.definition.name.text) == ["city", "groups"])
            #expect(anna.account.claims.members.map(\.name).contains("city"))
            let record = try await database.read { tx throws(StorageError) in
                try tx.run(.signIn(user: anna.account.id))
            }
            #expect(record?.passwordHash == ImportSample.bcrypt)
            let boris = try #require(try await users.find(UserName("boris")))
            #expect(boris.account.disabledAt == Self.start && boris.account.emailVerifiedAt == nil)
            let events = try await database.once(.events(EventFilter(type: .userAdded)))
            #expect(Set(events.map(\.user)) == [anna.account.id, boris.account.id])
            #expect(events.allSatisfy { $0.detail == "{}" && $0.at == Self.start })
        }
    }

    @Test(arguments: Engine.available)
    func `who cannot be added is named by their line, and the others are in`(_ engine: Engine) async throws {
        try await withStore(engine) { database, users in
            _ = try await users.add(
                NewUser(name: UserName("olga"), email: EmailAddress("olga@example.com"), emailIsVerified: true),
                at: Self.start)
            let long = String(repeating: "x", count: 60)
            let roles = (0..<40).map { #""\#(long)\#($0)""# }.joined(separator: ",")
            let text = """
                {"name":"first"}
                {"name":"OLGA"}
                {"name":"petra","email":"Olga@example.com","email_verified":true}
                {"name":"petra","email":"olga@example.com"}
                {"name":"quentin","attributes":{"shoe":1}}
                {"name":"rosa","attributes":{"email":"x"}}
                {"name":"sven","attributes":{"groups":["a b"]}}
                {"name":"tom","roles":[\(roles)]}
                {"name":"ulla","attributes":{"birthdate":"a\\nb"}}
                {"name":"first"}
                not JSON
                {"name":"viktor","email":"v@example.com","email_verified":true}
                {"name":"wanda","email":"V@example.com","email_verified":true}
                {"name":"last"}
                """
            let before = try await contents(database)
            let checked = try await run(database, text, .checking)
            #expect(try await contents(database) == before)
            let outcome = try await run(database, text)
            #expect(outcome.tally.added == 4 && outcome.tally.refused == 10)
            let words = [
                "2: user OLGA: this name is taken", "3: user petra: their e-mail address is another user's, verified",
                "5: attribute shoe: nobody has defined it", "6: attribute email: it is set by",
                "7: attribute groups: it is an array", "8: public attributes: ", "9: attribute birthdate: control",
                "10: user first: this name is taken", "11: line: the JSON",
                "13: user wanda: their e-mail address is another user's, verified",
            ]
            #expect(outcome.refusals.count == words.count)
            for (refusal, words) in zip(outcome.refusals, words) { #expect(refusal.hasPrefix(words), "\(refusal)") }
            #expect(checked.tally.added == 4 && checked.tally.refused == 10)
            #expect(checked.refusals.map { $0.prefix(3) } == outcome.refusals.map { $0.prefix(3) })
            for name in ["first", "petra", "viktor", "last"] {
                #expect(try await users.find(UserName(name)) != nil)
            }
            #expect(try await users.find(UserName("tom")) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `the same file again changes nothing, and every line says so`(_ engine: Engine) async throws {
        try await withStore(engine) { database, _ in
            let text = (1...700).map { #"{"name":"user-\#($0)","roles":["reader"]}"# }.joined(separator: "\n")
            let first = try await run(database, text)
            #expect(first.tally.added == 700 && first.batches > 1)
            let before = try await contents(database)
            #expect(before.count == 1_400)
            let second = try await run(database, text)
            #expect(second.tally.added == 0 && second.tally.refused == 700)
            #expect(
                second.refusals.enumerated().allSatisfy { index, refusal in
                    refusal == "\(index + 1): user user-\(index + 1): this name is taken"
                })
            #expect(try await contents(database) == before)
        }
    }

    @Test(arguments: Engine.available)
    func `a store that fails in the middle keeps what was in, and the same file adds the rest`(
        _ engine: Engine
    ) async throws {
        struct Broken: Error {}
        try await withStore(engine) { database, _ in
            let text = (1...900).map { #"{"name":"user-\#($0)"}"# }.joined(separator: "\n")
            var run = try await ImportRun(
                database, ImportSample.input(text), format: nil, claimLimit: .standard, mode: .adding)
            await #expect(throws: Broken.self) {
                try await run.run(now: { Self.start }) { news in
                    if case .progress(let tally, _) = news, tally.added >= 400 { throw Broken() }
                }
            }
            let added = run.tally.added
            #expect((400..<900).contains(added))
            let rest = try await self.run(database, text)
            #expect(rest.tally.added == 900 - added && rest.tally.refused == added)
        }
    }

    @Test(arguments: Engine.available)
    func `a Keycloak realm goes in, and what stays behind is counted`(_ engine: Engine) async throws {
        try await withStore(engine) { database, users in
            let text = ImportSample.realm(
                #"""
                {"username":"anna","enabled":true,"email":"anna@example.com","emailVerified":true,"groups":["/sales"],
                 "realmRoles":["admin","default-roles-shop"],"attributes":{"shoe":["43"]},"requiredActions":["X"]},
                {"username":"boris","enabled":true,"federationLink":"ldap","attributes":{"hat":["7"]}},
                {"username":"carl","enabled":true,"credentials":[{"type":"password","value":"plain"}]}
                """#)
            let outcome = try await run(database, text)
            #expect(outcome.refusals.count == 1 && outcome.refusals[0].hasPrefix("11: password"))
            #expect(outcome.tally.added == 2 && outcome.tally.withoutPassword == 2)
            #expect(outcome.tally.omissions == [.attributes: 2, .requiredActions: 1, .userFederation: 1])
            #expect(outcome.tally.omittedNames == [.attributes: ["shoe", "hat"]])
            let anna = try #require(try await users.find(UserName("anna")))
            #expect(anna.roles.map(\.text) == ["admin"])
            #expect(anna.attributes.map(\.value) == [["/sales"]])
        }
    }

    @Test(arguments: Engine.available)
    func `whose password nobody could verify is told beforehand`(_ engine: Engine) async throws {
        try await withStore(engine) { database, _ in
            let text = """
                {"name":"a","password_hash":"\(ImportSample.bcrypt)"}
                {"name":"b","password_hash":"md5$salt$5f4dcc3b5aa765d61d8327deb882cf99"}
                {"name":"c","password_hash":"\(ImportSample.bcrypt.replacing("$05$", with: "$15$"))"}
                {"name":"d","email":"nowhere"}
                """
            let outcome = try await run(database, text, .checking)
            #expect(outcome.tally.added == 1 && outcome.tally.refused == 3 && outcome.tally.unverifiable == 2)
            #expect(
                outcome.refusals.map { $0.prefix(17) } == [
                    "2: password hash:", "3: password hash:", "4: e-mail address",
                ])
            #expect(try await contents(database).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `with its password of elsewhere a user signs in, and the hash is ours then`(_ engine: Engine) async throws {
        try await withStore(engine) { database, _ in
            _ = try await run(database, #"{"name":"anna","password_hash":"\#(ImportSample.bcrypt)"}"#)
            let hasher = try PasswordHasher(threads: 1)
            let events = EventRecorder(database, logger: Logger(label: "test"))
            let check = PasswordCheck(
                database, hasher: hasher, events: events,
                guesses: PasswordGuesses(database, unlimited: .loopback))
            let origin = RequestOrigin(holder: Holder(address: .unknown, agent: UserAgent("")), requestID: "")
            let name = try UserName("anna")
            func signIn(_ password: String) async throws -> SignInRecord {
                try await check.user(
                    named: "anna", password: password, client: nil, from: origin, at: Self.start
                ).record
            }
            await #expect(throws: OAuthError.self) { try await signIn("wrong") }
            #expect(try await signIn(ImportSample.phrase).passwordHash?.hasPrefix("$argon2id$") == true)
            let stored = try await database.read { tx throws(StorageError) in
                try tx.run(.signIn(name: name))?.passwordHash
            }
            #expect(stored?.hasPrefix("$argon2id$") == true)
            #expect(try await signIn(ImportSample.phrase).passwordHash == stored)
            await #expect(throws: OAuthError.self) { try await signIn("wrong") }
        }
    }
}
