import Foundation
import Mail
import OAuth
import StrictFormats

// Composes one message from the JSON object on standard input, and writes its bytes: for other people's parsers.
// Members: name, from, to, subject, text, html, language, id, date (milliseconds).
let input = FileHandle.standardInput.readDataToEndOfFile()
let limits = JSONLimits(bytes: 4_194_304, depth: 4, members: 16)
let object = try JSONValue(parsing: Array(input), limits: limits).objectValue

func member(_ name: String) -> String { object?[name]?.stringValue ?? "" }

let message = try MailMessage(
    id: MailMessageID(member("id"), domain: "example.com"), date: Milliseconds(object?["date"]?.integerValue ?? 0),
    from: Mailbox(name: member("name"), address: MailAddress(member("from"))), to: MailAddress(member("to")),
    subject: member("subject"), text: member("text"), html: member("html"), language: member("language"))
FileHandle.standardOutput.write(Data(message.bytes))
