import OAuth

/// One key of the configuration: what it is called, what it takes, and what holds when nobody sets it.
struct Setting<Value: Sendable>: AnySetting {
    let key: String
    let type: SettingType<Value>
    let standard: String?
    let help: String

    init(_ key: String, _ type: SettingType<Value>, default standard: String? = nil, _ help: String) {
        self.key = key
        self.type = type
        self.standard = standard
        self.help = help
    }

    var typeName: String { type.name }
    var bounds: String { type.bounds }
    var isList: Bool { type.isList }
}

/// A setting whatever its type: for the table of all of them.
protocol AnySetting: Sendable {
    var key: String { get }
    var typeName: String { get }
    var bounds: String { get }
    var isList: Bool { get }
    var standard: String? { get }
    var help: String { get }
}

extension AnySetting {
    var environmentName: String { "TYKVA_" + key.uppercased() }
}

/// How the text of a setting is read, and what it may be.
struct SettingType<Value: Sendable>: Sendable {
    let name: String
    let bounds: String
    var isList = false
    let parse: @Sendable (String) throws(InvalidValue) -> Value
}
