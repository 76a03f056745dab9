import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct DatabasePasswordTests {
    @Test func `a pipe is no password file, and nobody waits for a writer`() async throws {
        var tykva = try Program()
        let pipe = tykva.folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let refused = try await Self.run(&tykva, passwordFile: pipe)
        #expect(refused.complaint.contains("\(pipe) is not a file"), "\(refused.complaint)")
    }

    @Test(.enabled(if: Privileges.canActAsNobody))
    func `nor is somebody else's file, whoever may read it`() async throws {
        var tykva = try Program()
        let file = try tykva.write("secret", to: "password", mode: 0o640)
        #expect(chown(file, 1234, 0) == 0)
        let refused = try await Self.run(&tykva, passwordFile: file)
        #expect(refused.complaint.contains("belongs to"), "\(refused.complaint)")
    }

    private static func run(_ tykva: inout Program, passwordFile: String) async throws -> Program.Outcome {
        tykva.environment["TYKVA_DATABASE_PASSWORD_FILE"] = passwordFile
        let refused = try await tykva.run(["user", "list", "--database", "postgres://tykva@127.0.0.1:1/tykva"])
        #expect(refused.status != 0)
        return refused
    }
}
