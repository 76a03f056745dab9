import Foundation
import Testing

@testable import Mail

@Suite(.timeLimit(.minutes(15))) struct MailerTests {
    @Test func `a message arrives as it was composed`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let message = try MailMessage.test(text: ".\n..\nFrom here\n\n.", html: ".<p>.\n.</p>")
        #expect(try await server.send(message) == nil)
        #expect(server.messages == [message.bytes])
        try await until { server.commands.last == "QUIT" }
        #expect(
            server.commands == [
                "EHLO auth.example", "MAIL FROM:<noreply@auth.example> SIZE=\(message.bytes.count)",
                "RCPT TO:<anna@example.com>", "DATA", "QUIT",
            ])
    }

    @Test func `a user is authenticated first`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        #expect(try await server.send(user: "mailer") == nil)
        #expect(server.commands.prefix(3).map { $0.prefix(4) } == ["EHLO", "AUTH", "MAIL"])
    }

    @Test func `a long message arrives whole`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let line = "Дорогая Анна! " + String(repeating: ".", count: 60) + "\n"
        let message = try MailMessage.test(
            text: String(repeating: line, count: 2000), html: String(repeating: ".\n", count: 100_000))
        #expect(try await server.send(message) == nil)
        #expect(server.messages == [message.bytes])
    }

    @Test func `while messages wait, one connection carries them all, and is ended then`() async throws {
        let (held, server) = try held()
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 8)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 { group.addTask { try await mailer.send(.test(number)) } }
            try await until { mailer.waiting == 4 }
            held.signal()
            try await group.waitForAll()
        }
        #expect(server.messages.count == 5)
        #expect(server.connections == 1)
        try await until { server.openConnections == 0 }
        #expect(server.commands.last == "QUIT")
    }

    @Test(arguments: [true, false])
    func `a connection that the server has ended is replaced`(_ says421: Bool) async throws {
        let held = DispatchSemaphore(value: 0)
        let taken = Flag()
        let server = try ScriptedServer { event, number in
            switch (event, number) {
            case (.connection, 0): held.wait()
            case (.message, 0): taken.set()
            case (.command("MAIL", _), 0) where taken.isSet: return says421 ? .say("421 4.7.0 enough") : .hangUp
            default: break
            }
            return .usual
        }
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 8)
        async let first: Void = mailer.send(.test(1))
        async let second: Void = mailer.send(.test(2))
        try await until { mailer.waiting == 1 }
        held.signal()
        try await first
        try await second
        #expect(server.messages.count == 2)
        #expect(server.connections == 2)
    }

    @Test func `so many wait, and the next is told that it is busy`() async throws {
        let (held, server) = try held()
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 1)
        async let first: Void = mailer.send(.test(1))
        try await until { server.connections == 1 }
        async let second: Void = mailer.send(.test(2))
        try await until { mailer.waiting == 1 }
        let error = await #expect(throws: MailError.self) { try await mailer.send(.test(3)) }
        #expect(error?.cause == .busy)
        #expect(error?.outcome == .temporary)
        held.signal()
        try await first
        try await second
    }

    @Test func `who has waited for most of the time is not sent any more`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 0)
        let error = await #expect(throws: MailError.self) {
            try await mailer.send(.test(1), before: .now + .seconds(90))
        }
        #expect(error?.cause == .busy)
        #expect(server.connections == 0)
        try await mailer.send(.test(2), before: .now + .seconds(600))
        #expect(server.messages.count == 1)
    }

    @Test func `who stops waits no more, and nothing is sent`() async throws {
        let server = try ScriptedServer { event, _ in event == .connection ? .silence : .usual }
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 4)
        let running = Task { try await mailer.send(.test(1)) }
        try await until { server.connections == 1 }
        let waiting = Task { try await mailer.send(.test(2)) }
        try await until { mailer.waiting == 1 }
        for task in [waiting, running] {
            task.cancel()
            let error = await #expect(throws: MailError.self) { try await task.value }
            #expect(error?.cause == .cancelled)
            #expect(error?.outcome == .cancelled)
        }
        #expect(server.commands == [])
    }

    @Test func `a whole message is not given up at once: its answer still counts`() async throws {
        let held = DispatchSemaphore(value: 0)
        let isWhole = Flag()
        let server = try ScriptedServer { event, _ in
            if event == .message {
                isWhole.set()
                held.wait()
            }
            return .usual
        }
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 0, unawaitedAnswer: .seconds(300))
        let task = Task { try await mailer.send(.test()) }
        try await until { isWhole.isSet }
        task.cancel()
        // Longer than libcurl takes to ask whether to go on.
        try await Task.sleep(for: .milliseconds(1500))
        held.signal()
        try await task.value
    }

    @Test func `after a while it is given up, and nobody knows what became of it`() async throws {
        let isWhole = Flag()
        let server = try ScriptedServer { event, _ in
            guard event == .message else { return .usual }
            isWhole.set()
            return .silence
        }
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 0, unawaitedAnswer: .milliseconds(100))
        let task = Task { try await mailer.send(.test()) }
        try await until { isWhole.isSet }
        task.cancel()
        let error = await #expect(throws: MailError.self) { try await task.value }
        #expect(error?.cause == .unanswered(.givenUp))
        #expect(error?.outcome == .unknown)
    }

    @Test func `once stopped it takes nothing`() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let mailer = try mailer(server, waiting: 1)
        mailer.stop()
        let error = await #expect(throws: MailError.self) { try await mailer.send(.test()) }
        #expect(error?.cause == .stopped)
    }

    /// A server that greets its first caller when it is told to.
    private func held() throws -> (DispatchSemaphore, ScriptedServer) {
        let held = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { event, number in
            if event == .connection, number == 0 { held.wait() }
            return .usual
        }
        return (held, server)
    }

    private func mailer(
        _ server: ScriptedServer, waiting: Int, unawaitedAnswer: Duration = .seconds(5)
    ) throws -> Mailer {
        var limits = Mailer.Limits()
        limits.unawaitedAnswer = unawaitedAnswer
        limits.connections = 1
        limits.waitingPerConnection = waiting
        (limits.whole, limits.connect, limits.lowSpeedSeconds) = (.seconds(600), .seconds(600), 600)
        return try Mailer(server.smtp(), limits: limits)
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }
}
