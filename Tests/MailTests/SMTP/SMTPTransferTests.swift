import CCurl
import Testing

@testable import Mail

@Suite struct SMTPTransferTests {
    private let cancellation = SMTPTransfer.Cancellation()

    private func transfer(_ text: String = "Hello\n") throws -> SMTPTransfer {
        SMTPTransfer(
            .init(try .test(text: text)), credentials: nil, cancellation: cancellation, patience: .seconds(300))
    }

    private func read(_ transfer: SMTPTransfer, _ count: Int) -> [UInt8]? {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { buffer in
            transfer.read(into: buffer).map { Array(buffer.prefix($0)) }
        }
    }

    private func say(_ transfer: SMTPTransfer, _ command: String, _ reply: String) {
        Array(command.utf8).withUnsafeBytes { transfer.note(command: $0) }
        for line in reply.split(separator: "\n", omittingEmptySubsequences: false) {
            _ = Array("\(line)\r\n".utf8).withUnsafeBytes { transfer.note(line: $0) }
        }
    }

    private func cause(_ code: CURLcode, _ transfer: SMTPTransfer) -> MailError.Cause? {
        .init(code, transfer, "words")
    }

    @Test(arguments: [1, 2, 3, 7, 100, 65_536])
    func `the last end of a line goes alone, and until then nobody has the message`(_ room: Int) throws {
        let transfer = try transfer()
        say(transfer, "DATA\r\n", "354 go on")
        var read: [UInt8] = []
        while read.count < transfer.letter.bytes.count - 2 {
            read += try #require(self.read(transfer, room))
            #expect(!transfer.isWhole && transfer.hasBegun)
            #expect(cause(CURLE_SEND_ERROR, transfer) == .network(.brokeOff("words")))
            #expect(cause(CURLE_OPERATION_TIMEDOUT, transfer) == .network(.timedOut))
        }
        #expect(read.count == transfer.letter.bytes.count - 2)
        while read.count < transfer.letter.bytes.count { read += try #require(self.read(transfer, room)) }
        #expect(read == transfer.letter.bytes)
        #expect(transfer.isWhole)
        #expect(self.read(transfer, room) == [])
        for code in [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING] {
            #expect(cause(code, transfer) == .unanswered(.brokeOff("words")))
        }
        #expect(cause(CURLE_OPERATION_TIMEDOUT, transfer) == .unanswered(.timedOut))
        #expect(cause(CURLE_ABORTED_BY_CALLBACK, transfer) == .unanswered(.givenUp))
        #expect(cause(CURLE_OK, transfer) == nil)
    }

    @Test func `who cancels ends it, but for a whole message whose answer may come`() throws {
        let transfer = try transfer()
        #expect(!transfer.isToEnd)
        _ = read(transfer, 100)
        cancellation.set()
        #expect(transfer.isToEnd)
        #expect(read(transfer, 100) == nil)
        #expect(cause(CURLE_ABORTED_BY_CALLBACK, transfer) == .cancelled)
    }

    @Test func `what is sent within an authentication is not looked at`() throws {
        let transfer = try transfer()
        say(transfer, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6")
        for line in ["MAIL", "DATA", "DATAx\r\n", "EHLO", "\r\n", ""] { say(transfer, line, "334 UGFzc3dvcmQ6") }
        #expect(transfer.step == .authentication)
    }

    @Test func `what is answered to our leave is not taken for the reply before it`() throws {
        let transfer = try transfer()
        say(transfer, "RCPT TO:<anna@example.com>\r\n", "550-nobody\n550 here")
        say(transfer, "QUIT\r\n", "221 bye")
        #expect(transfer.reply == SMTPReply(code: 550, text: "nobody here"))
        #expect(cause(CURLE_SEND_ERROR, transfer) == .recipientRefused(.init(code: 550, text: "nobody here")))
        #expect(transfer.isToEnd)
    }

    @Test(arguments: ["", "550", "550-", "xyz", "55 x", "5500", "600 x", "100 x", "199 x", "\u{661}\u{662}\u{663} x"])
    func `what is no whole reply is none`(_ line: String) throws {
        let transfer = try transfer()
        say(transfer, "RCPT TO:<anna@example.com>\r\n", line)
        #expect(transfer.reply == (line == "550" ? SMTPReply(code: 550, text: "") : nil), "\(line)")
    }
}
