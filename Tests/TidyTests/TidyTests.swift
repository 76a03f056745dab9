import Foundation
import Testing

/// The habits of docs and style that a machine can look after (CONTRIBUTING.md).
@Suite struct TidyTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func swiftFiles(_ folders: [String]) -> [URL] { files(folders, "swift") }

    /// Of one kind, without what is hidden: other people's Python is in `e2e/.venv`.
    static func files(_ folders: [String], _ kind: String) -> [URL] {
        folders.flatMap { folder -> [URL] in
            let base = root.appending(path: folder)
            let found = FileManager.default.enumerator(
                at: base, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
            return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == kind }
        }
    }

    static let everything = ["Sources", "Tests", "Examples", "Benchmarks"]

    @Test func `there is something to look at`() {
        #expect(Self.swiftFiles(["Sources"]).count > 100)
        #expect(Self.swiftFiles(["Tests"]).count > 30)
        #expect(Self.files(["e2e"], "py").count > 100)
    }

    @Test func `files have at most 300 lines, and lines 120 columns`() throws {
        for file in Self.swiftFiles(Self.everything) + Self.files(["e2e"], "py") {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 301, "\(file.lastPathComponent) has \(lines.count) lines")
            // Some lines in Python are longer.
            for (number, line) in lines.enumerated() where line.count > 120 && file.pathExtension == "swift" {
                Issue.record("\(file.lastPathComponent):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test func `functions have at most 70 lines`() throws {
        for file in Self.swiftFiles(["Sources"]) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            for (number, length) in functionLengths(lines) where length > 70 {
                Issue.record("\(file.lastPathComponent):\(number + 1) begins a function of \(length) lines")
            }
        }
    }

    @Test func `nothing is left to do, forced or called a helper`() throws {
        let forbidden = ["TO" + "DO", "FIX" + "ME", "try" + "!", "@unchecked " + "Sendable"]
        for file in Self.swiftFiles(["Sources"]) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in forbidden where text.contains(word) {
                #expect(Self.excused(file.lastPathComponent, word), "\(file.lastPathComponent) contains \(word)")
            }
            for word in ["Manager", "Helper", "Utils", "Base.swift"] {
                #expect(!file.lastPathComponent.contains(word), "\(file.lastPathComponent) is named after nothing")
            }
        }
    }

    @Test func `no arrow points back up`() throws {
        let allowed: [String: Set<String>] = [
            "StrictFormats": [], "Secrets": ["StrictFormats", "CCrack", "CCrypt", "CSodium"],
            "OAuth": ["StrictFormats", "Secrets"],
            "Storage": ["StrictFormats", "Secrets", "OAuth", "CPostgres"], "TykvaVerifier": ["StrictFormats"],
            "TykvaHummingbird": ["TykvaVerifier", "StrictFormats"],
            "Mail": ["CCurl", "Secrets", "OAuth"], "PrometheusText": [],
            "TykvaServer": [
                "StrictFormats", "Secrets", "OAuth", "Storage", "TykvaVerifier", "Mail", "PrometheusText",
            ],
        ]
        let ours = Set(allowed.keys).union(["DemoStory", "tykva", "CCrack", "CCrypt", "CSodium", "CPostgres", "CCurl"])
        for (target, may) in allowed {
            for file in Self.swiftFiles(["Sources/\(target)"]) {
                for module in try Self.imports(file) where ours.contains(module) {
                    #expect(may.contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
                }
            }
        }
    }

    @Test func `one target alone imports each engine and library that decides trust`() throws {
        let owners = [
            "CCrack": ["Secrets"], "CCrypt": ["Secrets"], "CSodium": ["Secrets"], "GRDB": ["Storage"],
            "CPostgres": ["Storage"], "CCurl": ["Mail"],
            "JWTKit": ["TykvaVerifier", "TykvaServer"],
        ]
        for file in Self.swiftFiles(["Sources"]) {
            for module in try Self.imports(file) {
                guard let targets = owners[module] else { continue }
                #expect(targets.contains { file.path.contains("/Sources/\($0)/") }, "\(file.path) imports \(module)")
            }
        }
    }

    private static func imports(_ file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2, words.count > index + 1 else { return nil }
            return String(words[index + 1])
        }
    }

    /// Where a comment says why.
    private static func excused(_ file: String, _ word: String) -> Bool { false }

    /// The lines from each `func` or `init` to the brace that closes it at the same indentation.
    private func functionLengths(_ lines: [Substring]) -> [(line: Int, length: Int)] {
        var found: [(Int, Int)] = []
        for (number, line) in lines.enumerated() {
            let trimmed = line.drop { $0 == " " }
            let words = trimmed.split(separator: " ").prefix(5)
            guard words.contains(where: { $0 == "func" || $0.hasPrefix("init(") }), !trimmed.hasPrefix("//") else {
                continue
            }
            let indent = line.count - trimmed.count
            let closing = String(repeating: " ", count: indent) + "}"
            guard let end = lines[number...].firstIndex(where: { $0 == closing || $0.hasPrefix(closing + " ") }) else {
                continue
            }
            found.append((number, end - number + 1))
        }
        return found
    }
}
