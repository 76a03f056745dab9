import Foundation

extension String {
    /// In Unicode normalization form C (UAX #15). Most texts are ASCII, which is that already.
    package var nfc: String { utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping }
}
