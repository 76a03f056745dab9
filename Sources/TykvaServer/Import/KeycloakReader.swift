import OAuth

/// Takes the users out of a Keycloak realm export, one after the other; of the rest nothing is kept.
///
/// The export is one object of the realm with the array `users`. A user whose JSON is broken is refused alone; brackets
/// that do not match end the reading, because nothing tells where the next user begins.
struct KeycloakReader {
    /// Bytes of one user.
    private static let maximumBytes = 1_048_576

    private let definitions: [AttributeDefinition]
    private var outline = JSONOutline()
    /// In whose array the next byte stands.
    private var list: List?
    private var isBroken = false
    /// How many users are kept by a user storage and only noted in the export.
    private(set) var federatedUsers = 0

    init(definitions: [AttributeDefinition]) {
        self.definitions = definitions
    }

    mutating func next(_ input: inout ImportInput) throws -> ImportEntry? {
        guard !isBroken else { return nil }
        while let element = try nextElement(&input) {
            guard element.list == .federatedUsers else { return entry(element) }
            federatedUsers += 1
        }
        return isBroken ? broken(at: input.line) : nil
    }

    private func entry(_ element: Element) -> ImportEntry {
        guard !element.isTooLong else {
            let refusal = ImportRefusal.value("user", "they are longer than \(Self.maximumBytes) bytes")
            return ImportEntry(line: element.line, bytes: 0, user: .failure(refusal))
        }
        let user = Result { () throws(ImportRefusal) in try KeycloakUser.read(element.bytes, definitions) }
        return ImportEntry(line: element.line, bytes: element.bytes.count, user: user)
    }

    private func broken(at line: Int) -> ImportEntry {
        let refusal = ImportRefusal.value("export", "it is cut off or broken here; what follows was not read")
        return ImportEntry(line: line, bytes: 0, user: .failure(refusal))
    }

    /// The members of a realm that list users.
    private enum List: String {
        case users
        case federatedUsers
    }

    private struct Element {
        let list: List
        let line: Int
        var bytes: [UInt8] = []
        var isTooLong = false

        mutating func append(_ byte: UInt8) {
            if bytes.count == KeycloakReader.maximumBytes { isTooLong = true }
            if isTooLong { bytes = [] } else { bytes.append(byte) }
        }
    }

    /// Nil at the end, and where the export is broken.
    private mutating func nextElement(_ input: inout ImportInput) throws -> Element? {
        var element: Element?
        while true {
            let line = input.line
            guard let byte = try input.next() else {
                isBroken = outline.depth > 0
                return nil
            }
            let (list, depth, isInString) = (self.list, outline.depth, outline.isInString)
            do throws(JSONOutline.Broken) {
                try outline.take(byte)
            } catch {
                isBroken = true
                return nil
            }
            if outline.depth != depth { self.list = currentList }
            guard let list else { continue }
            if depth == 2, !isInString, byte == UInt8(ascii: ",") || outline.depth < 2 {
                if let element { return element }
            } else if element != nil {
                element?.append(byte)
            } else if !" \t\r\n".utf8.contains(byte) {
                element = Element(list: list, line: line)
                element?.append(byte)
            }
        }
    }

    private var currentList: List? {
        guard outline.depth >= 2, outline.open[1] == UInt8(ascii: "[") else { return nil }
        return outline.member.flatMap(List.init)
    }
}
