import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// What pages are made of beside their markup: style, logo and scripts, each with a hash of its bytes in its path.
///
/// So they may be kept for ever, and a new version or another brand is another path.
struct PageAssets: Sendable {
    static let prefix = "/assets/"
    let stylePath: String
    let logoPath: String
    private let scriptPaths: [PageScript: String]
    private let byName: [String: Asset]

    private struct Asset: Sendable {
        let bytes: [UInt8]
        let type: String
        /// A picture may be a document to whoever opens it alone, and then nothing in it runs.
        var policy = "default-src 'none'; sandbox"
    }

    init(_ branding: Branding) {
        let css = PackageResources.style_css + Array(branding.colour.map(BrandStyle.css)?.utf8 ?? "".utf8)
        let style = Asset(bytes: css, type: "text/css; charset=utf-8")
        let logo =
            branding.logo.map { Asset(bytes: $0.bytes, type: $0.type, policy: Self.picturePolicy) }
            ?? Asset(bytes: PackageResources.logo_svg, type: BrandLogo.svgType, policy: Self.picturePolicy)
        let scripts = PageScript.allCases.map { script in
            let asset = Asset(bytes: script.source, type: "text/javascript; charset=utf-8")
            return (script, name: Self.name(script.rawValue, "js", asset), asset)
        }
        let styleName = Self.name("style", "css", style)
        let logoName = Self.name("logo", branding.logo?.fileExtension ?? "svg", logo)
        (stylePath, logoPath) = (Self.prefix + styleName, Self.prefix + logoName)
        scriptPaths = Dictionary(uniqueKeysWithValues: scripts.map { ($0.0, Self.prefix + $0.name) })
        byName = Dictionary(
            uniqueKeysWithValues: [(styleName, style), (logoName, logo)] + scripts.map { ($0.name, $0.2) })
    }

    /// Every path that is served.
    var paths: [String] { byName.keys.map { Self.prefix + $0 }.sorted() }

    func path(of script: PageScript) -> String { scriptPaths[script] ?? "" }

    /// - Parameter name: What stands after `/assets/`.
    /// - Returns: Nil when there is no such file, or no longer.
    func response(_ name: some StringProtocol) -> Response? {
        guard let asset = byName[String(name)] else { return nil }
        return Response(
            status: .ok,
            headers: [
                .contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable",
                .contentSecurityPolicy: asset.policy, .crossOriginResourcePolicy: "same-origin",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    private static let picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

    private static func name(_ stem: String, _ fileExtension: String, _ asset: Asset) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: asset.bytes).prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\(stem)-\(String(decoding: hash, as: UTF8.self)).\(fileExtension)"
    }
}

/// The scripts that there are; a page has one at most, and works without it.
enum PageScript: String, CaseIterable, Sendable {
    case formPost = "form-post"
    case passwordHint = "password-hint"

    fileprivate var source: [UInt8] {
        switch self {
        case .formPost: PackageResources.form_post_js
        case .passwordHint: PackageResources.password_hint_js
        }
    }
}
