package import OAuth

/// How a deployment shows itself to people: a name, a colour and a logo.
package struct Branding: Sendable {
    package static let maximumNameCharacters = 64
    package static let maximumLogoBytes = BrandLogo.maximumBytes
    package static let standard = Branding()

    let name: String
    let colour: BrandColour?
    let logo: BrandLogo?

    private init() {
        name = "Tykva"
        colour = nil
        logo = nil
    }

    /// - Parameters:
    ///   - name: 1…64 characters.
    ///   - colour: `#rrggbb`; made darker or lighter where it could not be read.
    ///   - logo: The bytes of a PNG, JPEG, WebP or SVG picture of at most 128 KiB, best square.
    package init(name: String? = nil, colour: String? = nil, logo: [UInt8]? = nil) throws(InvalidValue) {
        self.name = try name.map(Self.checkedName) ?? Self.standard.name
        self.colour = try colour.map { text throws(InvalidValue) in
            guard let colour = BrandColour(text) else { throw InvalidValue("brand colour", "it must be #rrggbb") }
            return colour
        }
        self.logo = try logo.map { bytes throws(InvalidValue) in try BrandLogo(bytes) }
    }

    private static func checkedName(_ name: String) throws(InvalidValue) -> String {
        let text = try Printable.text(name, what: "brand name", maximumBytes: 4 * maximumNameCharacters)
        guard (1...maximumNameCharacters).contains(text.count), text.contains(where: { !$0.isWhitespace }) else {
            throw InvalidValue("brand name", "it must be 1 to \(maximumNameCharacters) characters")
        }
        return text
    }
}
