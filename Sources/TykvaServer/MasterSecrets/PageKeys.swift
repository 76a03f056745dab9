import Crypto
import OAuth
import Secrets
import Storage

/// The keys of what our own pages carry: those of the active master secret make it, and those of others are accepted.
///
/// Others are one that is about to become active, which another node may know as that already, and one that was a while
/// ago: what a page carries then goes on to be good for as long as a ticket lives.
struct PageKeys: Sendable {
    /// How long after a change pages of before are accepted; a minute is for nodes that hear of the change late.
    static let afterlife = RequestTicket.lifetime + .minutes(1)

    struct Key: Sendable {
        let form: HMAC<SHA256>
        let ticket: SymmetricKey
        /// Nil for as long as it is here.
        let acceptedUntil: Milliseconds?
    }

    /// The first one makes what is new.
    private let keys: [Key]

    init(_ secrets: MasterSecrets, _ known: [KnownMasterSecret], issuer: Issuer) {
        // One that is only in a file, or that was removed, may be in other hands.
        let others = secrets.numbers.filter { $0 != secrets.activeNumber && known[number: $0] != nil }
        keys = ([secrets.activeNumber] + others).compactMap { number in
            guard let secret = secrets[number: number] else { return nil }
            let retiredAt = number == secrets.activeNumber ? nil : known[number: number]?.retiredAt
            return Key(
                form: HMAC(key: secret.derive(.pages, context: "form " + issuer.text)),
                ticket: secret.derive(.pages, context: "ticket " + issuer.text),
                acceptedUntil: retiredAt.map { $0 + Self.afterlife })
        }
    }

    func accepted(at now: Milliseconds) -> [Key] {
        keys.filter { key in key.acceptedUntil.map { now < $0 } ?? true }
    }
}
