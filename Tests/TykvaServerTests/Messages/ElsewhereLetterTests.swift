import Foundation
import HTTPTypes
import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// "Your sign-in goes on from another device": network and agent both changed between two refreshes.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ElsewhereLetterTests {
    private static let home: HTTPFields = [.xForwardedFor: "198.51.100.7", .userAgent: "owner"]
    private static let away: HTTPFields = [.xForwardedFor: "203.0.113.9", .userAgent: "thief"]

    private func noted(_ count: Int, _ server: TestServer) async throws {
        try await eventually { try await server.events(.sessionContinuesElsewhere).count >= count }
    }

    @Test func `the person is told once a sign-in and day, of what is recorded each time`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let tokens = try Tokens(await server.signIn(headers: Self.home))
            var token = tokens.refreshToken
            func refresh(_ headers: HTTPFields) async throws {
                token = try Tokens(await server.refresh(token, headers: headers)).refreshToken
            }
            try await refresh(Self.home)
            try await refresh([.xForwardedFor: "203.0.113.9", .userAgent: "owner"])
            try await refresh(Self.home)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty, "another network alone, or another agent alone, is nothing")
            try await refresh(Self.away)
            let letter = try await mailbox.letter(.sessionContinuesElsewhere)
            #expect(letter.address.text == "anna@example.com")
            #expect(letter.letter.text.contains("203.0.113.9"))
            #expect(letter.letter.text.contains("Application: app"))
            for purpose in [LinkPurpose.allIsWell, .notMe] { _ = try letter.link(purpose) }
            try await refresh(Self.home)
            try await refresh(Self.away)
            try await noted(3, server)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1)
            let notices = try await server.database.once(.notices(of: server.user("anna"), limit: 9))
            #expect(notices.map(\.kind) == [.sessionContinuesElsewhere])
            server.clock.advance(by: .hours(25))
            try await refresh(Self.home)
            _ = try await mailbox.letter(.sessionContinuesElsewhere, count: 2)

            let owner = WebBrowser(server)
            #expect(try await owner.get(letter.link(.notMe)).status == 410, "over after a day")
            let second = try #require(mailbox.all.last)
            _ = try await owner.get(second.link(.notMe))
            _ = try await owner.submit([:])
            #expect(try await server.refresh(token).error == "invalid_grant")
        }
    }
}
