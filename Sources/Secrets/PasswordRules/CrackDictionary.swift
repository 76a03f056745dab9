import CCrack
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A dictionary of common words and passwords in the form of cracklib. It is asked for single words and nothing else:
/// cracklib's own rules are composition rules (docs/decisions/0010-cracklib.md).
package struct CrackDictionary: Sendable {
    /// Where Debian's cracklib-runtime puts it.
    package static let system = CrackDictionary(path: GetDefaultCracklibDict().map { String(cString: $0) } ?? "")

    /// In bytes: a longer one is cut by `cracklib-packer`.
    static let longestWord = Int(MAXWORDLEN) - 1

    /// Without `.pwd`, `.pwi` and `.hwm`.
    package let path: String

    /// libcrack has one dictionary open at a time, and no locks of its own.
    private static let opened = Mutex<Opened?>(nil)

    package init(path: String) {
        self.path = path
    }

    package var isThere: Bool { Files(path) != nil }

    /// - Parameter word: In lower case; other than letters and digits of ASCII there are none.
    func contains(_ word: String) -> Bool {
        guard (1...Self.longestWord).contains(word.utf8.count), word.utf8.allSatisfy(Self.isOfWords) else {
            return false
        }
        return Self.opened.withLock { opened in
            // `update-cracklib` writes over the files: what was read of the old ones is worth nothing then.
            guard let files = Files(path) else { return false }
            if opened?.files != files {
                opened?.close()
                opened = Opened(files)
            }
            return opened?.contains(word) ?? false
        }
    }

    private static func isOfWords(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension CrackDictionary {
    /// The files of a dictionary at some moment.
    private struct Files: Equatable {
        let path: String
        private let words: Version
        private let index: Version

        /// Nil when they cannot be read: `PWOpen` would complain on stderr.
        init?(_ path: String) {
            guard let words = Version(path + ".pwd"), let index = Version(path + ".pwi") else { return nil }
            self.path = path
            self.words = words
            self.index = index
        }
    }

    private struct Version: Equatable {
        private let number: UInt64
        private let size: Int64
        private let seconds: Int64
        private let nanoseconds: Int64

        init?(_ path: String) {
            var status = stat()
            guard access(path, R_OK) == 0, stat(path, &status) == 0 else { return nil }
            #if canImport(Glibc)
                let time = status.st_mtim
            #else
                let time = status.st_mtimespec
            #endif
            number = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = Int64(time.tv_sec)
            nanoseconds = Int64(time.tv_nsec)
        }
    }

    /// What libcrack has open, or could not open.
    private struct Opened {
        let files: Files
        private let words: UnsafeMutablePointer<PWDICT>?
        /// The place that is told of a word that is not there: one behind the last.
        private let nowhere: UInt32

        init(_ files: Files) {
            self.files = files
            var mode = Array("r".utf8CString)
            words = PWOpen(files.path, &mode)
            nowhere = words.map { Self.find("", in: $0) } ?? 0
        }

        func contains(_ word: String) -> Bool {
            guard let words else { return false }
            return Self.find(word, in: words) != nowhere
        }

        func close() {
            if let words { PWClose(words) }
        }

        private static func find(_ word: String, in words: UnsafeMutablePointer<PWDICT>) -> UInt32 {
            var characters = Array(word.utf8CString)
            return FindPW(words, &characters)
        }
    }
}
