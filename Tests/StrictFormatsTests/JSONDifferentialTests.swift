import Foundation
import StrictFormats
import Testing

/// Random documents, and random damage to them, read by us and by Foundation.
@Suite struct JSONDifferentialTests {
    private static let limits = JSONLimits(bytes: 64 * 1024, depth: 64, members: 4096)

    @Test func `Foundation reads the same from random documents`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("JSON documents from seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            let value = Self.value(&random, depth: 4)
            let text = Self.spelled(value, &random)
            #expect(try JSONValue(parsing: text, limits: Self.limits) == value, "seed \(seed): \(text)")
            #expect(try JSONValue(parsing: value.encoded(), limits: Self.limits) == value, "seed \(seed)")
            let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(Self.same(value, theirs), "seed \(seed): \(text)")
            let wrapped = "{\"v\":\(text)}"
            let members = try JSONMembers(parsing: Array(wrapped.utf8), limits: Self.limits)
            #expect(members.value("v") == value, "seed \(seed): \(text)")
        }
    }

    @Test func `damaged documents never trap, and both of our readers and Foundation agree`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("JSON damage from seed \(seed)")
        var random = SeededRandom(seed: seed)
        let pieces = [
            "\"", "\\", "\\u", "\\ud800", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "\0", " ", "\u{80}",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            var object = JSONObject()
            object["v"] = Self.value(&random, depth: 3)
            var bytes = Array(Self.spelled(.object(object), &random).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.remove(at: index)
                case 3: bytes.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            let ours = try? JSONValue(parsing: bytes, limits: Self.limits)
            let members = try? JSONMembers(parsing: bytes, limits: Self.limits)
            #expect((ours?.objectValue != nil) == (members != nil), "seed \(seed): \(bytes)")
            guard let ours else { continue }
            accepted += 1
            if let object = ours.objectValue, let members {
                for member in object.members {
                    #expect(members.value(member.name) == member.value, "seed \(seed): \(bytes)")
                }
            }
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(theirs.map { Self.same(ours, $0) } == true, "seed \(seed): \(bytes)")
        }
        #expect(accepted > 100, "the damage leaves some documents whole, or this test says little")
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 6 : 8), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: -1000...1000, using: &random))
        case 3: return .integer(.random(in: .min ... .max, using: &random))
        case 4: return .number(Double.random(in: -1e6...1e6, using: &random))
        case 5: return .string(string(&random))
        case 6:
            return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                object[string(&random)] = value(&random, depth: depth - 1)
            }
            return .object(object)
        }
    }

    private static func string(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{1}", "é", "€", "😀", "\u{10FFFF}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            text.unicodeScalars.append(scalars.randomElement(using: &random)!)
        }
        return text
    }

    /// One of the many spellings of a value: white space and needless escapes.
    private static func spelled(_ value: JSONValue, _ random: inout SeededRandom) -> String {
        let space = [" ", "\n", "\t", "\r", "", "", "", ""].randomElement(using: &random)!
        switch value {
        case .string(let text):
            return space + "\"" + text.unicodeScalars.map { spelled($0, &random) }.joined() + "\""
        case .array(let values):
            return space + "[" + values.map { spelled($0, &random) }.joined(separator: "\(space),") + space + "]"
        case .object(let object):
            let members = object.members.map { member in
                spelled(.string(member.name), &random) + space + ":" + spelled(member.value, &random)
            }
            return space + "{" + members.joined(separator: "\(space),") + space + "}"
        default:
            return space + value.encodedString + space
        }
    }

    private static func spelled(_ scalar: Unicode.Scalar, _ random: inout SeededRandom) -> String {
        guard scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || Bool.random(using: &random) else {
            return String(scalar)
        }
        return String(scalar).utf16.map { unit in
            let hex = String(unit, radix: 16, uppercase: .random(using: &random))
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }.joined()
    }

    private static func same(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value {
        case .null: return theirs is NSNull
        case .bool(let bool): return (theirs as? NSNumber)?.boolValue == bool
        case .integer(let integer): return (theirs as? NSNumber)?.int64Value == integer
        case .number(let number):
            // Foundation reads fractions through a decimal type and may miss the nearest Double by a little.
            guard let theirs = (theirs as? NSNumber)?.doubleValue else { return false }
            return abs(theirs - number) <= abs(number) * 1e-14
        case .string(let text): return (theirs as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true
        case .array(let values):
            guard let theirs = theirs as? [Any], theirs.count == values.count else { return false }
            return zip(values, theirs).allSatisfy { same($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any], theirs.count == object.count else { return false }
            return object.members.allSatisfy { member in theirs[member.name].map { same(member.value, $0) } == true }
        }
    }
}
