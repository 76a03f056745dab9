import Foundation

/// A colour of sRGB, and how well it is read on another.
struct BrandColour: Hashable, Sendable {
    let red: UInt8
    let green: UInt8
    let blue: UInt8

    init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// - Parameter text: `#rrggbb`.
    init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.hasPrefix("#"), digits.count == 6, digits.allSatisfy(Self.isHexadecimal),
            let number = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(red: UInt8(number >> 16), green: UInt8(number >> 8 & 255), blue: UInt8(number & 255))
    }

    var text: String {
        let number = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
        let digits = String(number, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// WCAG 2.2, contrast ratio: 1…21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    func contrast(with other: BrandColour) -> Double {
        let (lighter, darker) = (max(luminance, other.luminance), min(luminance, other.luminance))
        return (lighter + 0.05) / (darker + 0.05)
    }

    /// The nearest mixture with `end` that has the contrast with every one of `grounds`; `end` when none has.
    func adapted(toward end: BrandColour, on grounds: [BrandColour], contrast: Double) -> BrandColour {
        for percent in 0...100 {
            let mixed = mixed(with: end, percent: percent)
            if grounds.allSatisfy({ mixed.contrast(with: $0) >= contrast }) { return mixed }
        }
        return end
    }

    private func mixed(with other: BrandColour, percent: Int) -> BrandColour {
        func mix(_ one: UInt8, _ two: UInt8) -> UInt8 {
            UInt8((Int(one) * (100 - percent) + Int(two) * percent + 50) / 100)
        }
        return BrandColour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    private var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
