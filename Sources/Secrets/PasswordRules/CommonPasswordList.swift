import Synchronization

/// An operator's list of passwords that are not taken: one a line, in UTF-8, compared without regard to case.
///
/// It is read when it is first asked, so that a long list does not hold up a start.
package final class CommonPasswordList: Sendable {
    package enum Malformed: Error, Sendable, Equatable, CustomStringConvertible {
        case tooLong
        case notText
        case empty

        package var description: String {
            switch self {
            case .tooLong: "it is longer than \(CommonPasswordList.maximumBytes) bytes"
            case .notText: "it is not UTF-8 text"
            case .empty: "it holds no password"
            }
        }
    }

    /// About 800,000 passwords.
    package static let maximumBytes = 8 * 1024 * 1024

    private let content: Mutex<Content>

    private enum Content {
        case text(String)
        case passwords(Set<String>)
    }

    package init(_ bytes: [UInt8]) throws(Malformed) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        guard bytes.contains(where: { $0 > UInt8(ascii: " ") }) else { throw .empty }
        content = Mutex(.text(text))
    }

    func contains(_ folded: String) -> Bool {
        content.withLock { content in
            switch content {
            case .passwords(let passwords): return passwords.contains(folded)
            case .text(let text):
                let passwords = Set(text.split(whereSeparator: \.isNewline).map { PasswordText.folded(String($0)) })
                content = .passwords(passwords)
                return passwords.contains(folded)
            }
        }
    }
}
