import Configuration
import OAuth

/// Where settings come from, the strongest first: flags, environment, file, defaults.
struct SettingSources {
    private let flags: [String: String]
    private let environment: EnvironmentVariablesProvider
    private let file: ConfigurationFile?
    /// What is wrong with the sources themselves, whatever their values are.
    let faults: [String]

    /// Whether the environment holds the master secret itself.
    let holdsMasterSecret: Bool

    /// Read before or beside the settings.
    private static let otherVariables = ["TYKVA_CONFIG", MasterSecretSource.variable]

    /// A setting's text, and who said so.
    struct Found {
        let text: String
        let source: String
    }

    /// - Parameters:
    ///   - flags: Texts by key, as the command line gives them.
    ///   - variables: The process's environment.
    init(flags: [String: String], variables: [String: String], file path: String?) {
        self.flags = flags
        holdsMasterSecret = variables[MasterSecretSource.variable] != nil
        environment = EnvironmentVariablesProvider(environmentVariables: variables)
        file = path.map { ConfigurationFile($0) }
        let known = Set(SettingTable.all.map(\.environmentName) + Self.otherVariables)
        let unknown = variables.keys.filter { $0.hasPrefix("TYKVA_") && !known.contains($0) }.sorted()
        faults = unknown.map { "environment: there is no setting \($0)" } + (file?.faults ?? [])
    }

    /// Whether the file means the setting, though it gives it wrongly.
    func means(_ setting: any AnySetting) -> Bool { file?.meant.contains(setting.key) ?? false }

    func find(_ setting: any AnySetting) throws -> Found? {
        if let text = flags[setting.key] {
            return Found(text: text, source: "--" + setting.key.replacing("_", with: "-"))
        }
        let variable = AbsoluteConfigKey(["tykva", setting.key])
        if case .string(let text)? = try environment.value(forKey: variable, type: .string).value?.content {
            return Found(text: text, source: setting.environmentName)
        }
        if let file, let text = try file.text(setting) { return Found(text: text, source: file.path) }
        return setting.standard.map { Found(text: $0, source: "default") }
    }
}

extension ConfigurationFile {
    fileprivate func text(_ setting: any AnySetting) throws -> String? {
        guard let snapshot, !meant.contains(setting.key) else { return nil }
        let key = AbsoluteConfigKey([setting.key])
        if setting.isList,
            case .stringArray(let texts)? = try? snapshot.value(forKey: key, type: .stringArray).value?.content
        {
            return texts.joined(separator: ",")
        }
        guard case .string(let text)? = try snapshot.value(forKey: key, type: .string).value?.content else {
            return nil
        }
        return text
    }
}
