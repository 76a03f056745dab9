import HummingbirdTesting
import Testing

@Suite struct GuardTests {
    private let service = ProtectedService()

    private func insufficient(_ scope: String?) -> Answer {
        let needed = scope.map { ", scope=\"\($0)\"" } ?? ""
        return Answer(
            status: 403,
            challenge: #"Bearer realm="the api", error="insufficient_scope", "#
                + #"error_description="The access token does not allow this.""# + needed,
            body: "The access token does not allow this.\n")
    }

    @Test func `a guard without a verified token refuses with 401`() async throws {
        try await service.application().test(.router) { client async throws in
            let token = try service.token(scope: "read", roles: ["clerk"])
            for path in ["/unguarded", "/unguarded-role"] {
                #expect(try await client.get(path, token: token).status == 401)
                let answer = try await client.get(path)
                #expect(answer.status == 401)
                #expect(answer.challenge == #"Bearer realm="api""#)
            }
        }
    }

    @Test(
        arguments: [
            (nil, false, false, false), ("", false, false, false), ("read", true, false, true),
            ("write", false, false, true),
            ("read write", true, true, true), ("write other read", true, true, true),
            ("reader writer", false, false, false),
            ("READ WRITE", false, false, false), ("read:all", false, false, false),
        ] as [(String?, Bool, Bool, Bool)])
    func `a scope opens what needs it`(scope: String?, read: Bool, both: Bool, either: Bool) async throws {
        try await service.application().test(.router) { client async throws in
            let token = try service.token(scope: scope)
            for (path, isOpen, needed) in [
                ("/read", read, "read"), ("/both", both, "read write"), ("/either", either, "read write"),
            ] {
                let answer = try await client.get(path, token: token)
                #expect(isOpen ? answer.status == 200 : answer == insufficient(needed), "\(path)")
            }
            #expect(try await client.get("/me", token: token).status == 200)
        }
    }

    @Test(
        arguments: [
            ([], false, false, false), (["clerk"], true, false, true), (["boss"], false, false, true),
            (["boss", "clerk"], true, true, true), (["Clerk", "clerks", "cler"], false, false, false),
            (["clerk boss"], false, false, false),
        ] as [([String], Bool, Bool, Bool)])
    func `a role opens what needs it, and is not named when it is missing`(
        roles: [String], clerk: Bool, both: Bool, either: Bool
    ) async throws {
        try await service.application().test(.router) { client async throws in
            let token = try service.token(roles: roles)
            for (path, isOpen) in [("/clerk", clerk), ("/clerk-boss", both), ("/any-role", either)] {
                let answer = try await client.get(path, token: token)
                #expect(isOpen ? answer.status == 200 : answer == insufficient(nil), "\(path)")
            }
        }
    }

    @Test func `a scope is no role and a role is no scope`() async throws {
        try await service.application().test(.router) { client async throws in
            #expect(try await client.get("/clerk", token: try service.token(scope: "clerk")).status == 403)
            #expect(try await client.get("/read", token: try service.token(roles: ["read"])).status == 403)
        }
    }
}
