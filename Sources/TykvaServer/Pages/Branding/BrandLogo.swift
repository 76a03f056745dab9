import OAuth

/// A picture that an operator gave, of a kind that browsers show; known by its bytes and not by a file's name.
///
/// An SVG is shown as a picture only, where no script of it runs.
struct BrandLogo: Sendable {
    static let maximumBytes = 128 * 1024
    static let svgType = "image/svg+xml"
    let bytes: [UInt8]
    let type: String
    let fileExtension: String

    init(_ bytes: [UInt8]) throws(InvalidValue) {
        guard bytes.count <= Self.maximumBytes else {
            throw InvalidValue("logo", "it is larger than \(Self.maximumBytes / 1024) KiB")
        }
        guard let (type, fileExtension) = Self.kind(bytes) else {
            throw InvalidValue("logo", "it must be a PNG, JPEG, WebP or SVG picture")
        }
        self.bytes = bytes
        self.type = type
        self.fileExtension = fileExtension
    }

    private static func kind(_ bytes: [UInt8]) -> (type: String, fileExtension: String)? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return ("image/png", "png") }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return ("image/jpeg", "jpg") }
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            return ("image/webp", "webp")
        }
        guard let text = String(validating: bytes, as: UTF8.self), let start = text.first(where: { !$0.isWhitespace }),
            start == "<" || start == "\u{FEFF}", text.contains("<svg")
        else { return nil }
        return (svgType, "svg")
    }
}
