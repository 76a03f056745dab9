package import OAuth
package import Secrets

/// Why one user of an import is not taken in: a sentence, without secrets.
package enum ImportRefusal: Error, Sendable, CustomStringConvertible {
    case value(InvalidValue)
    /// Nobody could ever sign in with it.
    case passwordHash(PasswordHashError)

    package var isUnverifiableHash: Bool {
        if case .passwordHash = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .value(let value): value.description
        case .passwordHash(let error): "password hash: \(error)"
        }
    }

    static func value(_ what: String, _ reason: String) -> Self { .value(InvalidValue(what, reason)) }

    /// Makes of what `body` refuses a refusal of the user.
    static func ofValue<Value>(_ body: () throws(InvalidValue) -> Value) throws(ImportRefusal) -> Value {
        do throws(InvalidValue) {
            return try body()
        } catch {
            throw .value(error)
        }
    }

    static func ofHash<Value>(_ body: () throws(PasswordHashError) -> Value) throws(ImportRefusal) -> Value {
        do throws(PasswordHashError) {
            return try body()
        } catch {
            throw .passwordHash(error)
        }
    }
}
