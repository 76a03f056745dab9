import OAuth
import StrictFormats

/// Checks values of attributes against their definitions, before anything is written.
struct AttributeValues {
    let definitions: [AttributeDefinition]

    /// Kept in columns and tables of their own, and set by options of their own.
    private static let kept = [
        "name": "--display-name", "preferred_username": "the user's name", "roles": "--role", "email": "--email",
    ]

    /// - Throws: When nobody defined the attribute, the value has another type, or it is too long.
    func checked(_ name: String, _ value: JSONValue) throws(InvalidValue) -> AccountProfile.Attribute {
        let definition = try definition(name)
        func refuse(_ reason: String) -> InvalidValue { InvalidValue("attribute \(name)", reason) }
        guard definition.type.accepts(value) else {
            let hint = definition.type == .string ? "" : "; give it as JSON, with --attribute-json"
            throw refuse("its values are of the type \(definition.type.rawValue)\(hint)")
        }
        guard value.encoded().count <= AttributeLimits.valueBytes else {
            throw refuse("a value may have \(AttributeLimits.valueBytes) bytes at most, as JSON")
        }
        if name == "groups" { try checkGroups(value) }
        return AccountProfile.Attribute(definition: definition, value: try printable(value, name))
    }

    /// The definition of an attribute that a user may be given.
    func definition(_ name: String) throws(InvalidValue) -> AttributeDefinition {
        try Self.refuseKept(name)
        guard let definition = definitions.first(where: { $0.name.text == name }) else {
            throw InvalidValue(
                "attribute \(name.prefix(64))",
                "nobody has defined it; say what it is with `tykva attribute add NAME --class personal --type string`")
        }
        return definition
    }

    /// Some attributes are columns of the user's own row, with options of their own.
    static func refuseKept(_ name: String) throws(InvalidValue) {
        guard let option = kept[name] else { return }
        throw InvalidValue("attribute \(name)", "it is set by \(option), not as an attribute")
    }

    private func checkGroups(_ value: JSONValue) throws(InvalidValue) {
        guard let groups = value.stringArrayValue, groups.allSatisfy({ RoleName($0) != nil }) else {
            throw InvalidValue(
                "attribute groups", "it is an array of names of 1 to 64 bytes without spaces and commas")
        }
    }

    /// Text in NFC and without control characters, however deep it stands.
    private func printable(_ value: JSONValue, _ name: String) throws(InvalidValue) -> JSONValue {
        func text(_ text: String) throws(InvalidValue) -> String {
            try Printable.text(text, what: "attribute \(name)", maximumBytes: AttributeLimits.valueBytes)
        }
        switch value {
        case .string(let string): return .string(try text(string))
        case .array(let values):
            return .array(try values.map { value throws(InvalidValue) in try printable(value, name) })
        case .object(let object):
            var checked = JSONObject()
            for member in object.members {
                let memberName = try text(member.name)
                guard checked[memberName] == nil else {
                    throw InvalidValue("attribute \(name)", "it has a member twice")
                }
                checked[memberName] = try printable(member.value, name)
            }
            return .object(checked)
        case .null, .bool, .integer, .number: return value
        }
    }
}
