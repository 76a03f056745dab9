/// A JSON object: members with distinct names, in the order in which they stood.
///
/// Two objects are equal when their members are, in the same order. Names are compared as bytes.
package struct JSONObject: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package let name: String
        package var value: JSONValue

        package static func == (left: Self, right: Self) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }
    }

    package private(set) var members: [Member] = []

    package init() {}

    /// - Precondition: The names are distinct.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (name, value) in members {
            precondition(index(of: name) == nil, "an object has a member twice")
            append(name, value)
        }
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }
    package var names: [String] { members.map(\.name) }

    /// The value of a name: nil when it is absent, `.null` when it is null. Setting nil removes the member, setting a
    /// new name appends it.
    package subscript(name: String) -> JSONValue? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Appends a member whose name the caller has found to be new.
    mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
    }

    private func index(of name: String) -> Int? {
        members.firstIndex { $0.name.hasSameBytes(as: name) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}
