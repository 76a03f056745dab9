import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Terminal.isAvailable)) struct PasswordPromptTests {
    private func add(_ tykva: Program, typing answers: [String]) async throws -> (
        status: Int32?, said: String, echo: String
    ) {
        let terminal = try Terminal()
        let complaint = tykva.folder.file(UUID().uuidString)
        let process = try tykva.start(
            ["user", "add", "anna", "--data", tykva.data], input: terminal.path, output: tykva.folder.file("output"),
            complaint: complaint)
        var asked = 0
        while process.isRunning {
            let said = try String(contentsOfFile: complaint, encoding: .utf8)
            if asked < answers.count, said.components(separatedBy: ": ").count > asked + said.notices + 1 {
                terminal.type(answers[asked])
                asked += 1
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return (
            process.end?.status, try String(contentsOfFile: complaint, encoding: .utf8), terminal.shown()
        )
    }

    @Test func `a password is asked for twice, without echo, and can be corrected`() async throws {
        let tykva = try Program()
        let outcome = try await add(
            tykva, typing: ["wrong\u{15}correct horse batteryé\u{7F} staple\n", "correct horse battery staple\n"])
        #expect(outcome.status == 0, "\(outcome.said)")
        #expect(outcome.said.contains("New password") && outcome.said.contains("The same again"))
        #expect(!(outcome.said + outcome.echo).contains("horse"))
        #expect(try await tykva("user", "show", "anna").output.contains(/password +set/))
    }

    @Test func `two that differ are refused, and control-c gives up`() async throws {
        let tykva = try Program()
        let differing = try await add(tykva, typing: ["correct horse battery staple\n", "another horse battery\n"])
        #expect(differing.status == 1)
        #expect(differing.said.contains("the two passwords differ"))
        let givenUp = try await add(tykva, typing: ["correct\u{3}"])
        #expect(givenUp.status == 1)
        #expect(givenUp.said.contains("no password was given"))
        #expect(!(differing.said + differing.echo + givenUp.said + givenUp.echo).contains("horse"))
        #expect(try await tykva("user", "show", "anna").status == 1)
    }
}

extension String {
    /// How many colons stand in the notice about a new master secret.
    fileprivate var notices: Int { contains("made the master secret") ? 2 : 0 }
}
