import StrictFormats

/// JSON for people: a member a line.
enum PrettyJSON {
    /// - Parameter shortening: Strings longer than this are shown by their ends; nil shows all.
    static func text(_ value: JSONValue, shortening limit: Int? = nil) -> String {
        text(value, limit, indent: "")
    }

    private static func text(_ value: JSONValue, _ limit: Int?, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .object(let object) where indent.isEmpty && !object.isEmpty || object.members.contains(where: \.isNested):
            let lines = object.members.map { member in
                "\(inner)\(JSONValue.string(member.name).encodedString): \(text(member.value, limit, indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let values) where values.contains { $0.objectValue != nil }:
            let lines = values.map { inner + text($0, limit, indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        case .string(let string):
            guard let limit, string.count > limit else { return value.encodedString }
            return JSONValue.string(Shortened(string).text).encodedString
        default: return value.encodedString
        }
    }
}

extension JSONObject.Member {
    /// Whether it takes more than a line of its object.
    fileprivate var isNested: Bool { value.objectValue != nil || value.arrayValue != nil }
}
