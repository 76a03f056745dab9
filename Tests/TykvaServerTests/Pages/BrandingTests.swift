import Foundation
import Hummingbird
import OAuth
import Testing

@testable import TykvaServer

@Suite struct BrandingTests {
    /// The colours of style.css by name: light, then dark.
    private func palettes() throws -> [[String: BrandColour]] {
        let css = String(decoding: PackageResources.style_css, as: UTF8.self)
        let blocks = css.components(separatedBy: ":root {").dropFirst().map { $0.prefix { $0 != "}" } }
        return blocks.map { block in
            var colours: [String: BrandColour] = [:]
            for declaration in block.split(whereSeparator: { ";\n".contains($0) }) {
                let parts = declaration.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2, let colour = BrandColour(parts[1]) { colours[parts[0]] = colour }
            }
            return colours
        }
    }

    /// WCAG 2.2 §1.4.3: 4.5 for text; §1.4.11: 3 for the edges of fields.
    @Test func `texts can be read on what they stand on, in light and dark`() throws {
        let palettes = try palettes()
        #expect(palettes.count == 2)
        let texts = [
            ("ink", ["ground", "card", "shade"]), ("quiet", ["ground", "card", "shade"]),
            ("accent", ["ground", "card", "shade"]), ("on-accent", ["accent"]), ("good", ["good-ground", "card"]),
            ("bad", ["bad-ground", "card"]),
        ]
        for palette in palettes {
            for (text, grounds) in texts {
                for ground in grounds {
                    let contrast = try #require(palette["--\(text)"]).contrast(
                        with: try #require(palette["--\(ground)"]))
                    #expect(contrast >= 4.5, "--\(text) on --\(ground): \(contrast)")
                }
            }
            let edge = try #require(palette["--edge"])
            #expect(edge.contrast(with: try #require(palette["--card"])) >= 3)
        }
        for (palette, grounds) in zip(palettes, [BrandStyle.lightGrounds, BrandStyle.darkGrounds]) {
            #expect(["--card", "--ground", "--shade"].map { palette[$0] } == grounds)
        }
    }

    @Test(arguments: [
        "#000000", "#ffffff", "#ffff00", "#00ff00", "#0000ff", "#808080", "#b1450a", "#777777", "#ff0066",
    ])
    func `any colour becomes one that can be read`(_ text: String) throws {
        let colour = try #require(BrandColour(text))
        #expect(colour.text == text)
        for ground in BrandStyle.lightGrounds { #expect(BrandStyle.light(colour).contrast(with: ground) >= 4.5) }
        for ground in BrandStyle.darkGrounds { #expect(BrandStyle.dark(colour).contrast(with: ground) >= 4.5) }
        let onAccent = try #require(BrandColour("#1d1108"))
        #expect(BrandStyle.dark(colour).contrast(with: onAccent) >= 4.5)
    }

    @Test func `a colour that is good already stays`() throws {
        let colour = try #require(BrandColour("#0a5ab1"))
        #expect(BrandStyle.light(colour) == colour)
    }

    @Test func `contrast is WCAG's`() throws {
        let (white, black) = (try #require(BrandColour("#ffffff")), try #require(BrandColour("#000000")))
        #expect(abs(white.contrast(with: black) - 21) < 0.001 && white.contrast(with: white) == 1)
        #expect(abs(try #require(BrandColour("#777777")).contrast(with: white) - 4.478) < 0.001)
    }

    @Test(arguments: ["", "#fff", "red", "#gggggg", "b1450a", "#b1450a;", "#+12345", "#b1450a}", "#１２３４５６"])
    func `what is not #rrggbb is refused`(_ text: String) {
        #expect(BrandColour(text) == nil)
        #expect(throws: InvalidValue.self) { try Branding(colour: text) }
    }

    @Test func `names and logos have bounds`() throws {
        #expect(try Branding(name: String(repeating: "я", count: 64)).name.count == 64)
        for name in ["", "  ", String(repeating: "a", count: 65), "a\nb", "a\u{202E}b"] {
            #expect(throws: InvalidValue.self) { try Branding(name: name) }
        }
        for logo in ["", "GIF89a", "<html></html>", "%PDF-1.7", "plain <svg"] {
            #expect(throws: InvalidValue.self) { try Branding(logo: Array(logo.utf8)) }
        }
        let tooLarge = Array("<svg>".utf8) + [UInt8](repeating: 0x20, count: BrandLogo.maximumBytes)
        #expect(throws: InvalidValue.self) { try Branding(logo: tooLarge) }
    }

    @Test func `a brand is on every page, and its own files are served`() async throws {
        let logo: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
        let renderer = try PageRenderer(branding: Branding(name: "Ogród & Co", colour: "#0a5ab1", logo: logo))
        let assets = renderer.assets
        #expect(assets.logoPath.hasPrefix("/assets/logo-") && assets.logoPath.hasSuffix(".png"))
        let html = renderer.html(SignedOutPage(), in: .en)
        #expect(html.contains("Ogród &amp; Co") && html.contains("src=\"\(assets.logoPath)\""))
        let picture = try #require(assets.response(assets.logoPath.dropFirst(PageAssets.prefix.count)))
        #expect(try await body(picture) == logo)
        let style = try #require(assets.response(assets.stylePath.dropFirst(PageAssets.prefix.count)))
        #expect(String(decoding: try await body(style), as: UTF8.self).contains("--accent: #0a5ab1"))
        #expect(assets.stylePath != (try PageRenderer().assets.stylePath))
    }

    @Test func `files are kept for ever, and pictures run nothing`() throws {
        let assets = try PageRenderer().assets
        #expect(assets.paths.count == 2 + PageScript.allCases.count)
        for path in assets.paths {
            let response = try #require(assets.response(path.dropFirst(PageAssets.prefix.count)))
            #expect(response.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            #expect(response.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
        }
        for name in ["", "style.css", "../style.css", "logo-0000000000000000.svg"] {
            #expect(assets.response(name) == nil)
        }
    }
}
