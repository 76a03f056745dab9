import StrictFormats

/// Reads the members of an object of an import; null is the same as none, and another type is refused by name.
struct ImportedValue {
    private let object: JSONObject

    init(_ object: JSONObject) {
        self.object = object
    }

    static func object(_ bytes: [UInt8], _ limits: JSONLimits) throws(ImportRefusal) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            throw .value("line", "\(error)")
        }
        guard let object = value.objectValue else { throw .value("line", "it is not a JSON object") }
        return object
    }

    func string(_ name: String) throws(ImportRefusal) -> String? {
        try value(name, "a text", \.stringValue)
    }

    func bool(_ name: String) throws(ImportRefusal) -> Bool? {
        try value(name, "true or false", \.boolValue)
    }

    func strings(_ name: String) throws(ImportRefusal) -> [String]? {
        try value(name, "an array of texts", \.stringArrayValue)
    }

    func object(_ name: String) throws(ImportRefusal) -> JSONObject? {
        try value(name, "an object", \.objectValue)
    }

    func array(_ name: String) throws(ImportRefusal) -> [JSONValue]? {
        try value(name, "an array", \.arrayValue)
    }

    /// Whether there is anything in an array or object of this name.
    func isFilled(_ name: String) -> Bool {
        switch object[name] {
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        case .string(let text): !text.isEmpty
        default: false
        }
    }

    private func value<Value>(
        _ name: String, _ kind: String, _ read: (JSONValue) -> Value?
    ) throws(ImportRefusal) -> Value? {
        guard let value = object[name], value != .null else { return nil }
        guard let read = read(value) else { throw .value(name, "it must be \(kind)") }
        return read
    }
}
