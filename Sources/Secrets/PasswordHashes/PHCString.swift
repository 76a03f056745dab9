/// A password hash in the PHC string format, taken apart: `$id$v=19$name=number,…$salt$tag`.
///
/// https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
struct PHCString {
    let id: Substring
    /// With its name, as `v=19`.
    let version: Substring?
    let salt: [UInt8]
    let tag: [UInt8]
    private let parameters: [Substring]

    /// - Returns: Nil unless the text is whole and canonical, with salt and tag within bounds.
    init?(_ text: String, saltBytes: ClosedRange<Int>, tagBytes: ClosedRange<Int>) {
        guard text.utf8.count <= PasswordHashLimits.textBytes, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var parts = text.split(separator: "$", omittingEmptySubsequences: false)
        let hasVersion = parts.count == 6 && parts[2].hasPrefix("v=")
        version = hasVersion ? parts.remove(at: 2) : nil
        guard parts.count == 5, parts[0].isEmpty, let salt = Self.decoded(parts[3], saltBytes),
            let tag = Self.decoded(parts[4], tagBytes)
        else { return nil }
        id = parts[1]
        parameters = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        self.salt = salt
        self.tag = tag
    }

    /// The text of a hash without a version.
    static func text(_ id: String, _ parameters: [(name: String, value: Int)], salt: [UInt8], tag: [UInt8]) -> String {
        let list = parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        return "$\(id)$\(list)$\(encoded(salt))$\(encoded(tag))"
    }

    /// The numbers, when the parameters have these names in this order and no others.
    func numbers(_ names: String...) -> [Int]? {
        guard parameters.count == names.count else { return nil }
        let numbers = zip(parameters, names).compactMap { parameter, name in
            parameter.hasPrefix(name + "=") ? DecimalText.number(parameter.dropFirst(name.utf8.count + 1)) : nil
        }
        return numbers.count == names.count ? numbers : nil
    }

    static func encoded(_ bytes: [UInt8]) -> String {
        SecretBase64.encode(SecretBytes(copying: bytes), .standard)
    }

    private static func decoded(_ text: Substring, _ counts: ClosedRange<Int>) -> [UInt8]? {
        SecretBase64.bytes(text.utf8, .standard, counts)
    }
}
