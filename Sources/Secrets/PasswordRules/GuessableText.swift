/// A password taken apart into what can be guessed: the account's own words, rows, repetitions, and one listed word.
///
/// It is refused when it consists of nothing else, but for a few digits and signs. Two different listed words are not
/// guessed together, and a letter that belongs to none of these is no decoration: so every passphrase passes.
struct GuessableText {
    /// So many digits and signs besides make no difference: "password2024!".
    static let maximumRest = 6
    /// Shorter pieces of a row, and shorter listed words, are in every text.
    static let shortestPiece = 3
    /// A repetition is worth as much as its unit, and this one is below every minimum.
    static let longestUnit = PasswordMinimum.bounds.lowerBound - 1
    /// A bound on work: as much as a password hash, for a text that is made to cost.
    static let maximumLookups = 1024

    let characters: [Character]
    /// The pieces that begin at each place.
    private var pieces: [[Piece]]

    struct Piece {
        let end: Int
        let kind: Kinds
    }

    struct Kinds: OptionSet {
        let rawValue: UInt8
        static let ownWord = Kinds(rawValue: 1)
        static let row = Kinds(rawValue: 2)
        static let repetition = Kinds(rawValue: 4)
        static let listedWord = Kinds(rawValue: 8)
    }

    /// - Parameter text: In NFC.
    init(_ text: String, own: OwnWords) {
        characters = Array(PasswordText.folded(text))
        pieces = Array(repeating: [], count: characters.count)
        noteOwnWords(own)
        noteRepetitions()
        noteRows()
    }

    /// Why the password is refused; nil when it is not.
    func refusal(_ common: CommonPasswords) -> PasswordError? {
        let plain = readings(with: nil)
        if let whole = plain.last ?? nil { return whole.refusal }
        if common.contains(String(characters)) { return .common }
        var lookups = 0
        // The first use of a listed word begins where something else ends: most likely at the last such place.
        for start in characters.indices.reversed() where plain[start] != nil {
            for length in Self.shortestPiece...CommonPasswords.longestWord where start + length <= characters.count {
                let word = characters[start..<start + length]
                lookups += 1
                guard lookups <= Self.maximumLookups else { return nil }
                guard common.contains(String(word)) else { continue }
                if let whole = readings(with: word).last ?? nil { return whole.refusal }
            }
        }
        return nil
    }
}

extension GuessableText {
    /// How the text up to some place can be read as pieces: the less rest, and then the fewer pieces that are no own
    /// words, the better.
    private struct Reading {
        var rest = 0
        var otherCount = 0
        var listedCount = 0
        var kinds: Kinds = []

        func with(_ kind: Kinds) -> Reading {
            Reading(
                rest: rest, otherCount: otherCount + (kind == .ownWord ? 0 : 1),
                listedCount: listedCount + (kind == .listedWord ? 1 : 0), kinds: kinds.union(kind))
        }

        var refusal: PasswordError {
            if kinds == .listedWord, listedCount > 1 { return .repetition }
            if kinds.contains(.listedWord) { return .common }
            if kinds.contains(.ownWord) { return .ownWords }
            return kinds.contains(.row) ? .sequence : .repetition
        }
    }

    /// The best reading of the text up to each place and its end; nil where there is none.
    ///
    /// - Parameter word: A listed word that counts as a piece, however often it is there.
    private func readings(with word: ArraySlice<Character>?) -> [Reading?] {
        var best = [Reading?](repeating: nil, count: characters.count + 1)
        best[0] = Reading()
        func offer(_ reading: Reading, _ end: Int) {
            if let other = best[end], (other.rest, other.otherCount) <= (reading.rest, reading.otherCount) { return }
            best[end] = reading
        }
        for (start, character) in characters.enumerated() {
            guard let before = best[start] else { continue }
            if !character.isLetter {
                var after = before
                after.rest += character.isWhitespace ? 0 : 1
                if after.rest <= Self.maximumRest { offer(after, start + 1) }
            }
            for piece in pieces[start] { offer(before.with(piece.kind), piece.end) }
            if let word, characters[start...].starts(with: word) {
                offer(before.with(.listedWord), start + word.count)
            }
        }
        return best
    }

    private mutating func noteOwnWords(_ own: OwnWords) {
        for start in characters.indices {
            for word in own.words where characters[start...].starts(with: word) {
                pieces[start].append(Piece(end: start + word.count, kind: .ownWord))
            }
        }
    }

    /// A unit twice or more, its last use perhaps cut short.
    private mutating func noteRepetitions() {
        var noted = Array(repeating: 0, count: characters.count)
        for period in 1...Self.longestUnit {
            var equal = 0
            for start in characters.indices.dropLast(period).reversed() {
                equal = characters[start] == characters[start + period] ? equal + 1 : 0
                note(period + equal, from: start, atLeast: 2 * period, .repetition, &noted)
            }
        }
    }

    private mutating func noteRows() {
        var noted = Array(repeating: 0, count: characters.count)
        for row in KeyRows.all {
            let places = characters.map { row[$0] }
            for step in [1, -1] {
                var length = 0
                for start in characters.indices.reversed() {
                    guard let place = places[start] else {
                        length = 0
                        continue
                    }
                    let goesOn = start + 1 < places.count && places[start + 1] == place + step
                    length = goesOn ? length + 1 : 1
                    note(length, from: start, atLeast: Self.shortestPiece, .row, &noted)
                }
            }
        }
    }

    /// Notes a piece and every beginning of it that is long enough, each once.
    private mutating func note(
        _ length: Int, from start: Int, atLeast minimum: Int, _ kind: Kinds, _ noted: inout [Int]
    ) {
        let shortest = max(minimum, Self.shortestPiece, noted[start] + 1)
        guard length >= shortest else { return }
        for length in shortest...length { pieces[start].append(Piece(end: start + length, kind: kind)) }
        noted[start] = length
    }
}
