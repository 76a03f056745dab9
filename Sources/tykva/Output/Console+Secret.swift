import OAuth

extension Console {
    /// Prints what holds a client's new secret: when that fails, nobody has seen it, and it says what to do.
    static func printSecret(of client: ClientID, _ print: () throws -> Void) throws {
        try printSecret(anotherBy: "tykva client secret \(client)", print)
    }

    /// The same for any new secret.
    ///
    /// - Parameter command: What makes another one.
    static func printSecret(anotherBy command: String, _ print: () throws -> Void) throws {
        do {
            try print()
        } catch {
            throw CommandFailure("\(error); the change was made, and its secret was shown to nobody: run `\(command)`")
        }
    }
}
