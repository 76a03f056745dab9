import Foundation
import Hummingbird
import NIOCore
import Testing

@testable import TykvaServer

/// Writes every page and what it is made of into a folder, to be looked at in a browser.
///
///     TYKVA_PAGE_GALLERY=/tmp/gallery swift test --filter PageGalleryTests
///     python3 -m http.server --bind 127.0.0.1 --directory /tmp/gallery
@Suite struct PageGalleryTests {
    private static let folder = ProcessInfo.processInfo.environment["TYKVA_PAGE_GALLERY"]

    @Test(.enabled(if: folder != nil)) func `every page is written`() async throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder))
        let renderer = try PageRenderer()
        try FileManager.default.createDirectory(
            at: folder.appending(path: PageAssets.prefix), withIntermediateDirectories: true)
        for path in renderer.assets.paths {
            let asset = try #require(renderer.assets.response(path.dropFirst(PageAssets.prefix.count)))
            let bytes = try await body(asset)
            try Data(bytes).write(to: folder.appending(path: path))
        }
        for (name, page) in try SamplePages().all() {
            for language in PageLanguage.allCases {
                let html = renderer.html(page, in: language)
                try Data(html.utf8).write(to: folder.appending(path: "\(name).\(language.rawValue).html"))
            }
        }
    }
}

/// The bytes of an answer.
func body(_ response: Response) async throws -> [UInt8] {
    let writer = CollectingWriter()
    try await response.body.write(writer)
    return writer.bytes
}
