import Foundation
import HTTPTypes
import OAuth
import Testing

@testable import TykvaServer

@Suite struct PageLanguageTests {
    @Test(arguments: [
        (nil, nil, PageLanguage.en), (nil, "ru", .ru), (nil, "ru-RU,ru;q=0.9,en;q=0.8", .ru), (nil, "en, ru", .en),
        (nil, "en;q=0.5, ru;q=0.7", .ru), (nil, "de, fr;q=0.9, ru;q=0.1", .ru), (nil, "ru;q=0", .en),
        (nil, "ru;q=0.000, en;q=0.001", .en), (nil, "RU ; Q=1.000", .ru), (nil, "*", .en), (nil, "ru;q=2", .en),
        (nil, "ru;q=1.5", .en), (nil, "ru;q=0.1234", .en), (nil, "ru;q=-1", .en), (nil, "ru;level=1", .en),
        (nil, ";;,,=,q=", .en), (nil, "russian", .en), ("ru", "en", .ru), ("en", "ru", .en), ("de ru en", "en", .ru),
        ("de fr", "ru", .ru), ("RU-ru", nil, .ru), ("", "ru", .ru), ("<script>", "ru", .ru),
    ])
    func `what the client asks for, then what the browser prefers, then English`(
        _ uiLocales: String?, _ accepted: String?, _ expected: PageLanguage
    ) {
        var headers = HTTPFields()
        headers[.acceptLanguage] = accepted
        #expect(PageLanguage.of(headers, uiLocales: uiLocales) == expected)
    }

    @Test func `a list without end is not read to its end`() {
        var headers = HTTPFields()
        headers[.acceptLanguage] = String(repeating: "de,", count: 5000) + "ru"
        #expect(PageLanguage.of(headers) == .en)
    }

    @Test func `the files of texts have the same keys and the same places for values`() throws {
        let (english, russian) = (try PageTexts(.en), try PageTexts(.ru))
        #expect(english.keys == russian.keys)
        #expect(english.keys.count > 100)
        for key in english.keys {
            let texts = [english, russian].map { $0.known("", key) ?? "" }
            #expect(Set(texts.map { $0.components(separatedBy: "{}").count }).count == 1, "\(key)")
            #expect(key == "after_year" || texts.allSatisfy { !$0.isEmpty }, "\(key)")
        }
    }

    @Test func `every text that is asked for is there, and every one that is there is asked for`() throws {
        let texts = try PageTexts(.en)
        var asked = Set(TextKey.allCases.map(\.rawValue))
        for template in PageTemplate.allCases {
            let pieces = String(decoding: template.source, as: UTF8.self).components(separatedBy: "{{texts.")
                .dropFirst()
            asked.formUnion(pieces.map { String($0.prefix { $0 != "}" }) })
        }
        for kind in ErrorPage.Kind.allCases {
            asked.formUnion(["error_title_", "error_text_"].map { $0 + kind.rawValue })
        }
        asked.formUnion(AccountFrame.Section.allCases.map { "section_\($0.rawValue)" })
        #expect(asked.subtracting(texts.keys).isEmpty, "\(asked.subtracting(texts.keys))")
        let made = ["month_", "scope_", "claim_", "letter_", "step_", "event_", "notice_answer_"]
        let idle = texts.keys.subtracting(asked).filter { key in !made.contains { key.hasPrefix($0) } }
        #expect(idle.isEmpty, "\(idle)")
    }

    @Test func `a time is told in words and to programs`() throws {
        let time = PageTime(Milliseconds(1_795_594_260_123))
        let english = time.content(try PageTexts(.en))
        #expect(english["shownTime"] as? String == "25 Nov 2026, 08:11 UTC")
        #expect(english["machineTime"] as? String == "2026-11-25T08:11:00Z")
        #expect(time.content(try PageTexts(.ru))["shownTime"] as? String == "25 нояб. 2026 г., 08:11 UTC")
    }

    @Test func `a value does not become a place for another value`() throws {
        let phrase = try PageTexts(.en).phrase(.continueTo, "{}{}")
        #expect(phrase.before + phrase.value + phrase.after == "to continue to {}{}")
    }
}
