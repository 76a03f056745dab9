import OAuth

/// Reads settings one after another and keeps every fault, so that all of them can be told at once.
struct SettingReader {
    private let sources: SettingSources
    private(set) var faults: [String]
    /// What was found, in the order of the table.
    private(set) var found: [(key: String, value: SettingSources.Found?)] = []

    init(_ sources: SettingSources) {
        self.sources = sources
        faults = sources.faults
    }

    /// The value; nil when nobody sets it and it has no default, or when what was set is refused.
    mutating func read<Value>(_ setting: Setting<Value>) -> Value? {
        do {
            let value = try sources.find(setting)
            found.append((setting.key, value))
            return try value.map { try parse(setting, $0) }
        } catch let fault as InvalidValue {
            faults.append("\(setting.key): \(fault)")
        } catch {
            faults.append("\(setting.key): it cannot be read")
        }
        return nil
    }

    mutating func note(_ fault: String) { faults.append(fault) }

    /// Whether a value was given itself, not by default; also one that is refused.
    func isGiven(_ setting: any AnySetting) -> Bool {
        sources.means(setting)
            || found.contains { $0.key == setting.key && $0.value.map { $0.source != "default" } ?? false }
    }

    private func parse<Value>(
        _ setting: Setting<Value>, _ found: SettingSources.Found
    ) throws(InvalidValue) -> Value {
        do throws(InvalidValue) {
            return try setting.type.parse(found.text)
        } catch {
            // A database's or a mail server's address may hold a password, so what was given is not repeated there.
            let mayHoldPassword = [SettingTable.database.key, SettingTable.smtpURL.key].contains(setting.key)
            let given =
                mayHoldPassword ? "" : " \(String(found.text.prefix(80)).debugDescription)"
            throw InvalidValue("\(found.source)\(given)", error.reason)
        }
    }
}
