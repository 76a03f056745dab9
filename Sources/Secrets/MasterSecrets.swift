import Crypto

/// The master secrets of a deployment by number, one of them active: it makes what is new, the others only check.
package struct MasterSecrets: Sendable, Redacted {
    package let activeNumber: UInt8
    package let active: MasterSecret

    private let byNumber: [UInt8: MasterSecret]

    /// One secret, with the number 1.
    package init(_ secret: MasterSecret) {
        self.init(byNumber: [1: secret], activeNumber: 1, active: secret)
    }

    /// Reads one secret alone, which is number 1, or `number:secret` a line. A last newline may be there or not.
    ///
    /// - Parameter active: The number of the active one; the highest when nil.
    package init(parsing text: String, active: UInt8? = nil) throws(MasterSecretsError) {
        var utf8 = Array(text.utf8)
        defer { Sodium.wipe(&utf8) }
        try self.init(utf8: utf8[...], active: active)
    }

    init(utf8 text: ArraySlice<UInt8>, active: UInt8? = nil) throws(MasterSecretsError) {
        let content = text.last == UInt8(ascii: "\n") ? text.dropLast() : text
        guard !content.isEmpty else { throw .empty }
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var byNumber: [UInt8: MasterSecret] = [:]
        for (offset, line) in lines.enumerated() {
            let (number, secret) = try Self.parse(line, number: offset + 1, isAlone: lines.count == 1)
            guard byNumber[number] == nil else { throw .repeatedNumber(number, line: offset + 1) }
            guard !byNumber.values.contains(where: secret.isSame(as:)) else {
                throw .repeatedSecret(line: offset + 1)
            }
            byNumber[number] = secret
        }
        guard let activeNumber = active ?? byNumber.keys.max() else { throw .empty }
        guard let active = byNumber[activeNumber] else { throw .unknownNumber(Int(activeNumber)) }
        self.init(byNumber: byNumber, activeNumber: activeNumber, active: active)
    }

    private init(byNumber: [UInt8: MasterSecret], activeNumber: UInt8, active: MasterSecret) {
        self.byNumber = byNumber
        self.activeNumber = activeNumber
        self.active = active
    }

    /// In ascending order.
    package var numbers: [UInt8] { byNumber.keys.sorted() }

    package subscript(number number: UInt8) -> MasterSecret? { byNumber[number] }

    /// Whether both have a secret of this number, and it is the same, in constant time.
    package func agrees(with other: MasterSecrets, on number: UInt8) -> Bool {
        guard let mine = byNumber[number], let theirs = other.byNumber[number] else { return false }
        return mine.isSame(as: theirs)
    }

    /// These secrets, and one more.
    ///
    /// - Throws: When there is one of that number.
    package func adding(_ secret: MasterSecret, _ number: UInt8) throws(MasterSecretsError) -> MasterSecrets {
        guard number > 0, byNumber[number] == nil else { throw .repeatedNumber(number, line: byNumber.count + 1) }
        var byNumber = byNumber
        byNumber[number] = secret
        return MasterSecrets(byNumber: byNumber, activeNumber: activeNumber, active: active)
    }

    /// These secrets without some; the active one stays.
    package func dropping(_ numbers: Set<UInt8>) -> MasterSecrets {
        let kept = byNumber.filter { $0.key == activeNumber || !numbers.contains($0.key) }
        return MasterSecrets(byNumber: kept, activeNumber: activeNumber, active: active)
    }

    /// All secrets in clear, as a file holds several of them: `number:secret` a line. Never for a log.
    package func revealedText() -> String {
        numbers.compactMap { number in byNumber[number].map { "\(number):\($0.revealedText())\n" } }.joined()
    }

    /// The same secrets with another active one.
    package func activating(_ number: UInt8) throws(MasterSecretsError) -> MasterSecrets {
        guard let secret = byNumber[number] else { throw .unknownNumber(Int(number)) }
        return MasterSecrets(byNumber: byNumber, activeNumber: number, active: secret)
    }

    /// 16 bytes that a database keeps to tell a wrong secret at start; they reveal nothing of it. Nil when unknown.
    package func checkValue(_ number: UInt8) -> [UInt8]? {
        byNumber[number]?.derive(.check).withUnsafeBytes { Array($0.prefix(Self.checkValueBytes)) }
    }

    package static let checkValueBytes = 16

    private static func parse(
        _ line: ArraySlice<UInt8>, number lineNumber: Int, isAlone: Bool
    ) throws(MasterSecretsError) -> (UInt8, MasterSecret) {
        var number: UInt8 = 1
        var value = line
        if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            guard let written = Self.number(line[..<colon]) else { throw .badNumber(line: lineNumber) }
            number = written
            value = line[(colon + 1)...]
        } else if !isAlone {
            throw .unnumbered(line: lineNumber)
        }
        do {
            return (number, try MasterSecret(utf8: value))
        } catch {
            throw .malformed(line: lineNumber, error)
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.first != UInt8(ascii: "0")
        else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self))
    }
}
