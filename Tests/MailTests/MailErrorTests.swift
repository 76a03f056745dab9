import Foundation
import Testing

@testable import Mail

/// What a server may do, step by step, and what is known of the message afterwards.
@Suite(.timeLimit(.minutes(15))) struct MailErrorTests {
    enum Step: String, CaseIterable, Sendable {
        case greeting, hello, user, password, sender, recipient, data, message

        func matches(_ event: ScriptedServer.Event) -> Bool {
            switch (self, event) {
            case (.greeting, .connection), (.hello, .command("EHLO", _)), (.user, .command("AUTH", _)),
                (.password, .credentials), (.sender, .command("MAIL", _)), (.recipient, .command("RCPT", _)),
                (.data, .command("DATA", _)), (.message, .message):
                true
            default: false
            }
        }
    }

    private func server(
        at step: Step, _ answer: ScriptedServer.Answer, _ isReached: Flag = Flag()
    ) throws -> ScriptedServer {
        try ScriptedServer { event, _ in
            guard step.matches(event) else { return .usual }
            isReached.set()
            return answer
        }
    }

    /// The time was over before the server had come to a step.
    private func expectGivenUp(_ error: MailError, before step: Step) {
        // All of a message may have been sent before the server looks.
        let isSent = step == .message && error.outcome == .unknown
        #expect(error.outcome == .temporary || isSent, "\(error.cause)")
    }

    @Test(arguments: [
        (Step.greeting, "421 busy", MailError.Outcome.temporary), (.greeting, "554 not you", .misconfigured),
        (.password, "454 later", .temporary), (.password, "535 5.7.8 wrong", .misconfigured),
        (.user, "534 5.7.9 another way", .misconfigured), (.sender, "451 later", .temporary),
        (.sender, "553 not yours", .misconfigured), (.sender, "552 5.3.4 too large", .permanent),
        (.sender, "530 5.7.0 authentication required", .misconfigured),
        (.recipient, "451 4.7.1 greylisted", .temporary),
        (.recipient, "550 5.1.1 nobody", .permanent), (.recipient, "530 5.7.1 TLS first", .misconfigured),
        (.data, "451 later", .temporary), (.data, "554 no", .permanent), (.message, "452 full", .temporary),
        (.message, "554 5.7.1 spam", .permanent), (.message, "421 going down", .temporary),
    ])
    func `a refusal tells what follows, with the server's words`(
        _ step: Step, _ reply: String, _ outcome: MailError.Outcome
    ) async throws {
        let server = try server(at: step, .say(reply))
        defer { server.stop() }
        let error = try #require(try await server.send(user: "mailer"))
        #expect(error.outcome == outcome, "\(error.cause)")
        #expect(error.description.hasSuffix(": \(reply)"))
        #expect(error.description.contains("the mail server 127.0.0.1:\(server.port) "))
    }

    @Test func `a refusal of several lines is told in one`() async throws {
        let server = try server(
            at: .recipient, .say(["550-5.1.1 nobody", "550-5.1.1 of this name", "550 5.1.1 is here"]))
        defer { server.stop() }
        let error = try #require(try await server.send())
        #expect(
            error.cause == .recipientRefused(.init(code: 550, text: "5.1.1 nobody 5.1.1 of this name 5.1.1 is here")))
    }

    @Test func `what the server says is bounded, and turns no line`() async throws {
        let words = "550 \u{1B}[31mno\u{202E}\u{7}" + String(repeating: "x", count: 900)
        let server = try server(
            at: .recipient, .say(Array(repeating: "550-" + words.dropFirst(4), count: 20) + [words]))
        defer { server.stop() }
        let text = try #require(try await server.send()).description
        #expect(text.count < 400)
        #expect(!text.unicodeScalars.contains { $0.properties.isBidiControl || $0.value < 0x20 })
    }

    @Test(arguments: [Step.greeting, .hello, .user, .password, .sender, .recipient, .data])
    func `a connection that ends before the message is trouble that passes`(_ step: Step) async throws {
        let server = try server(at: step, .hangUp)
        defer { server.stop() }
        let error = try #require(try await server.send(user: "mailer"))
        #expect(error.outcome == .temporary, "\(error.cause)")
    }

    @Test func `a connection that ends within the message is no success`() async throws {
        let server = try ScriptedServer { event, _ in if case .part = event { .hangUp } else { .usual } }
        defer { server.stop() }
        let error = try #require(try await server.send(.test(text: String(repeating: "x\n", count: 100_000))))
        // The rest of it may have been in the system's hands already.
        #expect(error.outcome == .temporary || error.outcome == .unknown, "\(error.cause)")
        #expect(server.messages == [])
    }

    @Test func `a connection that ends after the message leaves its outcome unknown`() async throws {
        let server = try server(at: .message, .hangUp)
        defer { server.stop() }
        let error = try #require(try await server.send())
        #expect(error.outcome == .unknown)
        #expect(error.description.contains("it may arrive"))
        #expect(server.messages.count == 1)
    }

    @Test(arguments: Step.allCases)
    func `a server that falls silent costs the time that it may, and no more`(_ step: Step) async throws {
        let isReached = Flag()
        let server = try server(at: step, .silence, isReached)
        defer { server.stop() }
        let error = try #require(try await server.send(user: "mailer", within: .seconds(3)))
        // A busy machine may not come so far.
        guard isReached.isSet else { return expectGivenUp(error, before: step) }
        #expect(error.cause == (step == .message ? .unanswered(.timedOut) : .network(.timedOut)))
    }

    @Test func `a server that stops reading is given up`() async throws {
        let held = DispatchSemaphore(value: 0)
        let isReached = Flag()
        let server = try ScriptedServer { event, _ in
            if case .part = event {
                isReached.set()
                held.wait()
            }
            return .usual
        }
        defer {
            held.signal()
            server.stop()
        }
        let text = String(repeating: "x\n", count: 100_000)
        let error = try #require(try await server.send(.test(text: text), within: .seconds(3)))
        guard isReached.isSet else { return expectGivenUp(error, before: .message) }
        #expect(error.cause == .network(.timedOut) || error.cause == .unanswered(.timedOut))
    }

    @Test func `a server that is down is told as that`() async throws {
        let server = try ScriptedServer()
        server.stop()
        let error = try #require(try await server.send())
        guard case .network(.unreachable) = error.cause else {
            Issue.record("\(error.cause)")
            return
        }
        #expect(error.description.contains("cannot be reached"))
    }

    @Test(arguments: [
        ScriptedServer.Answer.say("HTTP/1.1 400 Bad Request"), .bytes(Array(0...255)), .say("999 what"),
    ])
    func `a server of another kind is trouble that passes`(_ answer: ScriptedServer.Answer) async throws {
        let server = try server(at: .greeting, answer)
        defer { server.stop() }
        let error = try #require(try await server.send(within: .seconds(3)))
        #expect(error.outcome == .temporary, "\(error.cause)")
    }

    @Test(arguments: Step.allCases)
    func `replies without an end are not read for ever`(_ step: Step) async throws {
        for endless in ["250-and more\r\n", "xyz\r\n"] {
            let server = try server(at: step, .endless(Array(endless.utf8)))
            defer { server.stop() }
            let error = try #require(try await server.send(user: "mailer"))
            // Libcurl has a bound of its own on what is answered to the first command.
            if step == .hello {
                #expect(error.outcome == .temporary, "\(error.cause)")
            } else {
                #expect(error.cause == (step == .message ? .unanswered(.endless) : .network(.endless)))
            }
        }
        let isReached = Flag()
        let server = try server(at: step, .endless(Array(repeating: UInt8(ascii: "2"), count: 65_536)), isReached)
        defer { server.stop() }
        let error = try #require(try await server.send(user: "mailer", within: .seconds(3)))
        guard isReached.isSet else { return expectGivenUp(error, before: step) }
        #expect(error.outcome == (step == .message ? .unknown : .temporary), "\(error.cause)")
    }

    @Test func `where TLS is demanded and none is offered, nothing is said`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let error = try #require(try await server.send(authority: "/etc/ssl/certs/ca-certificates.crt", user: "mailer"))
        #expect(error.cause == .tlsNotOffered)
        #expect(error.outcome == .misconfigured)
        #expect(server.commands.filter { $0 != "QUIT" } == ["EHLO auth.example"])
    }

    @Test(arguments: [("454 4.7.0 not now", MailError.Outcome.temporary), ("502 5.5.1 no", .misconfigured)])
    func `where TLS is demanded and refused, nothing is said`(_ reply: String, _ outcome: MailError.Outcome)
        async throws
    {
        let server = try ScriptedServer { event, _ in
            switch event {
            case .command("EHLO", _): .say(["250-test.example", "250-STARTTLS", "250 AUTH PLAIN"])
            case .command("STARTTLS", _): .say(reply)
            default: .usual
            }
        }
        defer { server.stop() }
        let error = try #require(try await server.send(authority: "/etc/ssl/certs/ca-certificates.crt", user: "mailer"))
        #expect(error.outcome == outcome, "\(error.cause)")
        #expect(server.commands.filter { $0 != "QUIT" } == ["EHLO auth.example", "STARTTLS"])
    }

    @Test func `a user whom nobody asks for a password sends nothing`() async throws {
        let server = try ScriptedServer { event, _ in
            if case .command("EHLO", _) = event { .say("250 test.example") } else { .usual }
        }
        defer { server.stop() }
        let error = try #require(try await server.send(user: "mailer"))
        #expect(error.cause == .authenticationNotOffered)
        #expect(server.messages == [])
        #expect(!server.commands.contains("DATA"))
    }

    @Test func `an authentication that nobody knows is told`() async throws {
        let server = try ScriptedServer { event, _ in
            if case .command("EHLO", _) = event { .say(["250-test.example", "250 AUTH X-OWN"]) } else { .usual }
        }
        defer { server.stop() }
        #expect(try await server.send(user: "mailer")?.cause == .authenticationNotOffered)
        #expect(server.messages == [])
    }

    @Test(arguments: ["535 5.7.8 ", "454 4.7.0 "])
    func `the password is in no error, though the server repeats it`(_ code: String) async throws {
        let base64 = Data(ScriptedServer.password.utf8).base64EncodedString()
        let plain = Data("\0mailer\0\(ScriptedServer.password)".utf8).base64EncodedString()
        for echo in [ScriptedServer.password, base64, plain] {
            let server = try server(at: .password, .say(code + "cannot use " + echo))
            defer { server.stop() }
            let error = try #require(try await server.send(user: "mailer"))
            #expect(error.description.contains("are not shown"))
            for text in [error.description, "\(error)", String(reflecting: error)] {
                #expect(!text.contains(ScriptedServer.password) && !text.contains(base64) && !text.contains(plain))
            }
        }
    }

    @Test func `authorities that cannot be read are told, and nothing is said`() async throws {
        let server = try ScriptedServer { event, _ in
            switch event {
            case .command("EHLO", _): .say(["250-test.example", "250 STARTTLS"])
            case .command("STARTTLS", _): .say("220 go on")
            default: .usual
            }
        }
        defer { server.stop() }
        let error = try #require(try await server.send(authority: "/nowhere/ca.pem"))
        guard case .authoritiesUnusable(let words) = error.cause else {
            Issue.record("\(error.cause)")
            return
        }
        #expect(words.contains("/nowhere/ca.pem"))
        #expect(error.outcome == .misconfigured)
        #expect(!server.commands.contains { $0.hasPrefix("MAIL") })
    }
}
