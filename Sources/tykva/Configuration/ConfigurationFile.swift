import Configuration
import Foundation
import Yams

/// A YAML file of settings: walked here for what it must not hold, and read through swift-configuration.
struct ConfigurationFile {
    static let maximumBytes = 65_536
    let path: String
    /// Nil for a file without settings.
    let snapshot: YAMLSnapshot?
    let faults: [String]
    /// Settings that the file means and gives in no way that can be read: nothing else is to be said of them.
    let meant: Set<String>

    /// A file that cannot be read has faults and no settings.
    init(_ path: String) {
        self.path = path
        do {
            let bytes = try BoundedInput.bytes(path, "the configuration", maximumBytes: Self.maximumBytes)
            let root = try Self.root(bytes, path)
            let broken = (root ?? [:]).compactMap { name, value in
                Self.fault(name, value).map { (key: Self.written(name.string ?? ""), fault: "\(path): \($0)") }
            }
            snapshot = root == nil ? nil : try Self.snapshot(bytes, path, hasFaults: !broken.isEmpty)
            faults = broken.map(\.fault)
            meant = Set(broken.map(\.key))
        } catch let error as ConfigurationFaults {
            snapshot = nil
            meant = []
            faults = error.sentences
        } catch {
            snapshot = nil
            meant = []
            faults = ["\(error)"]
        }
    }

    private static func root(_ bytes: [UInt8], _ path: String) throws -> Node.Mapping? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationFaults(sentences: ["\(path): it is not UTF-8 text"])
        }
        do {
            guard let node = try Yams.compose(yaml: text), node.null == nil else { return nil }
            guard let mapping = node.mapping else {
                throw ConfigurationFaults(sentences: ["\(path): it must be a list of `key: value` lines"])
            }
            return mapping
        } catch let error as YamlError {
            throw ConfigurationFaults(sentences: ["\(path): \(sentence(error))"])
        }
    }

    private static func snapshot(_ bytes: [UInt8], _ path: String, hasFaults: Bool) throws -> YAMLSnapshot? {
        do {
            return try YAMLSnapshot(data: bytes.span.bytes, providerName: path, parsingOptions: .default)
        } catch {
            // Then the faults tell already what keeps it from being read.
            if hasFaults { return nil }
            throw ConfigurationFaults(sentences: ["\(path): it cannot be read as YAML"])
        }
    }

    private static func fault(_ name: Node, _ value: Node) -> String? {
        guard let key = name.string else { return "a key is no word" }
        let line = name.mark.map { "line \($0.line): " } ?? ""
        guard let setting = SettingTable.all.first(where: { $0.key == key }) else {
            let near = written(key)
            let hint = SettingTable.all.contains { $0.key == near } ? "; it is written \(near)" : ""
            return "\(line)there is no setting \(String(key.prefix(64)).debugDescription)\(hint)"
        }
        if let list = value.sequence {
            guard setting.isList else { return "\(line)\(key) takes one value, not a list" }
            return list.allSatisfy { $0.scalar != nil } ? nil : "\(line)\(key) is a list of single values"
        }
        return value.scalar == nil ? "\(line)\(key) takes one value" : nil
    }

    /// A key in the spelling of the table.
    private static func written(_ key: String) -> String { key.replacing("-", with: "_").lowercased() }

    /// What the parser says, without the piece of the file that it quotes.
    private static func sentence(_ error: YamlError) -> String {
        switch error {
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            "line \(mark.line): a second document begins; the settings are one"
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _):
            "it has a key more than once: \(duplicates.map { "\($0)" }.joined(separator: ", "))"
        default: "it is not YAML"
        }
    }
}
