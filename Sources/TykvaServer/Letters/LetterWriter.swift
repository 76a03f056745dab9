import Mustache
import OAuth
import Storage

/// Writes letters: the texts of the pages' files, the templates `letter` and `letter_text`.
struct LetterWriter: Sendable {
    private let brandName: String
    private let texts: [PageLanguage: PageTexts]
    private let html: MustacheTemplate
    private let plain: MustacheTemplate

    /// - Throws: When a template or a file of texts of this build is malformed.
    init(brandName: String) throws {
        self.brandName = PlainLine.text(brandName)
        texts = try PageTexts.all()
        html = try Markup.template(PackageResources.letter_mustache)
        let source = String(decoding: PackageResources.letter_text_mustache, as: UTF8.self)
        plain = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n\(source)")
    }

    func letter(_ facts: LetterFacts, _ links: LetterLinks) -> Letter? {
        guard let texts = texts[facts.language] else { return nil }
        let subject = subject(facts, texts)
        let content: PageContent = [
            "lang": facts.language.rawValue, "subject": subject, "brandName": brandName,
            "greeting": texts.text(.letterGreeting, PlainLine.text(facts.personName)),
            "paragraphs": paragraphs(facts, texts), "facts": Self.rows(facts, texts),
            "actions": Self.actions(facts.kind, links, texts), "closing": texts[Self.closing(facts.kind)],
        ]
        return Letter(
            language: facts.language, subject: subject, text: plain.render(content), html: html.render(content))
    }

    private static func actions(
        _ kind: PersonMessageKind, _ links: LetterLinks, _ texts: PageTexts
    ) -> [PageContent] {
        if kind == .alreadyRegistered { return [["label": texts[.letterSignIn], "address": links.signIn]] }
        return LetterLinks.purposes(kind).compactMap { purpose in
            guard let address = links[purpose] else { return nil }
            return ["label": texts.known("letter_action_", purpose.rawValue), "address": address]
        }
    }

    private static func closing(_ kind: PersonMessageKind) -> TextKey {
        guard let longest = LetterLinks.purposes(kind).map(\.lifetime).max() else { return .letterClosing }
        return longest < .hours(1) ? .letterClosingHalfHour : .letterClosingDay
    }

    private func subject(_ facts: LetterFacts, _ texts: PageTexts) -> String {
        let subject = texts.known("letter_subject_", facts.kind.rawValue) ?? facts.kind.rawValue
        return "\(brandName): \(subject)"
    }

    /// What happened, and what has been done.
    private func paragraphs(_ facts: LetterFacts, _ texts: PageTexts) -> [String] {
        guard let theft = facts.theft else {
            return [texts.known("letter_text_", facts.kind.rawValue)].compactMap(\.self)
        }
        let what = theft.theft == .late ? TextKey.letterTheftLate : .letterTheftStale
        return [
            texts.text(what, PlainLine.text(facts.applicationName ?? brandName)),
            texts.known("letter_theft_ended_", theft.ended.rawValue),
        ].compactMap(\.self)
    }

    private static func rows(_ facts: LetterFacts, _ texts: PageTexts) -> [PageContent] {
        func row(_ name: TextKey, _ value: String) -> PageContent { ["name": texts[name], "value": value] }
        func holder(_ holder: Holder, _ at: Milliseconds) -> String {
            PlainLine.text(ShownHolder(holder, at: at).words(texts))
        }
        if let theft = facts.theft {
            return [
                row(.letterApplication, PlainLine.text(facts.applicationName ?? "")),
                row(.letterHolderBefore, holder(theft.lastRotationBy, theft.lastRotationAt)),
                row(.letterHolderNow, holder(facts.event.holder, facts.event.at)),
            ]
        }
        switch facts.kind {
        case .confirmEmail, .invitation, .registration: return []
        case .sessionContinuesElsewhere:
            return [
                row(.letterApplication, PlainLine.text(facts.applicationName ?? "")),
                row(.letterWhere, holder(facts.event.holder, facts.event.at)),
            ]
        default: break
        }
        return [row(.letterWhere, holder(facts.event.holder, facts.event.at))]
    }
}

/// A text from outside on a line of a mail: without what ends a line, hides, or turns the rest of it round.
enum PlainLine {
    private static let maximumCharacters = 256

    static func text(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maximumCharacters) where !isLeftOut(scalar) { line.append(scalar) }
        return String(line)
    }

    /// Controls, line and paragraph separators, and format characters, among them all of UAX #9 §2.
    private static func isLeftOut(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
