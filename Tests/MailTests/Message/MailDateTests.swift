import OAuth
import Testing

@testable import Mail

@Suite struct MailDateTests {
    @Test(arguments: [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (1_795_506_000_999, "Tue, 24 Nov 2026 07:40:00 +0000"),
        (951_827_696_000, "Tue, 29 Feb 2000 12:34:56 +0000"), (-1, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (Int64.min, "Thu, 1 Jan 1970 00:00:00 +0000"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ])
    func `an instant has the form of RFC 5322`(_ instant: Int64, _ text: String) {
        #expect(MailDate.text(Milliseconds(instant)) == text)
    }
}
