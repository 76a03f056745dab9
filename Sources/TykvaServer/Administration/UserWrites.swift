import OAuth
import Secrets
import Storage
import StrictFormats

/// The writing half of user administration, inside one transaction: all is checked before anything is written.
struct UserWrites {
    private let transaction: any Transaction
    private let now: Milliseconds
    private let values: AttributeValues
    private let claimLimit: ClaimLimit

    init(_ transaction: any Transaction, _ claimLimit: ClaimLimit, now: Milliseconds) throws(StorageError) {
        self.transaction = transaction
        self.claimLimit = claimLimit
        self.now = now
        values = AttributeValues(definitions: try transaction.run(.attributes))
    }

    /// - Parameter event: What is recorded; an operator's act when nil.
    func add(
        _ user: NewUser, id: UserID, _ event: Event? = nil
    ) throws(StorageError) -> Result<Account, InvalidValue> {
        let planned: (sources: ClaimSources, claims: PublicClaims)
        do throws(InvalidValue) {
            planned = try plan(user)
        } catch {
            return .failure(error)
        }
        let verifiedAt = user.email != nil && user.emailIsVerified ? now : nil
        let added = try transaction.run(
            .add(
                id, name: user.name, displayName: user.displayName, email: user.email, emailVerifiedAt: verifiedAt,
                passwordHash: user.passwordHash?.stored, claims: planned.claims,
                disabledAt: user.isDisabled ? now : nil, at: now))
        guard let added else { return .failure(try taken(user) ?? .nameTaken(user.name)) }
        if let language = user.language { try transaction.run(.setLanguage(language.rawValue, of: id)) }
        for role in planned.sources.roles { try transaction.run(.addRole(role, to: id)) }
        for attribute in planned.sources.attributes.values { try write(attribute, of: id) }
        try transaction.run(.record(event ?? Event(at: now, type: .userAdded, user: id)))
        try send(user.letter, to: user.email, of: id)
        return .success(added)
    }

    /// Why `add` would refuse a user; nil when it would not.
    func refusal(of user: NewUser) throws(StorageError) -> InvalidValue? {
        do throws(InvalidValue) {
            _ = try plan(user)
        } catch {
            return error
        }
        return try taken(user)
    }

    /// What the user shall be, checked against the definitions and bounds.
    private func plan(_ user: NewUser) throws(InvalidValue) -> (sources: ClaimSources, claims: PublicClaims) {
        var sources = ClaimSources(name: user.name, displayName: user.displayName)
        sources.roles = Set(user.roles)
        try set(user.attributes, in: &sources)
        return (sources, try sources.claims(claimLimit))
    }

    /// What another user has already of that which is one user's alone.
    private func taken(_ user: NewUser) throws(StorageError) -> InvalidValue? {
        if try transaction.run(.account(named: user.name)) != nil { return .nameTaken(user.name) }
        guard user.emailIsVerified, let email = user.email, try transaction.run(.isVerified(email)) else { return nil }
        return InvalidValue("user \(user.name)", "their e-mail address is another user's, verified")
    }

    func change(
        _ name: UserName, _ change: UserChange
    ) throws(StorageError) -> Result<AccountProfile, InvalidValue> {
        guard let before = try AccountProfile(transaction.run(.account(named: name)), in: transaction) else {
            return .failure(.noUser(name))
        }
        let id = before.account.id
        if let refusal = try self.refusal(of: change.emailIsVerified ? change : nil, before) {
            return .failure(refusal)
        }
        let after: ClaimSources
        let claims: PublicClaims
        do throws(InvalidValue) {
            after = try sources(before, change)
            let stored = try ClaimSources(before, name: after.name).claims(.none)
            claims = try after.claims(claimLimit.orAsLong(as: stored))
        } catch {
            return .failure(error)
        }
        try write(change, of: id, from: before, to: after)
        try transaction.run(.setClaims(claims, of: id))
        try transaction.run(.record(Event(at: now, type: .userChanged, user: id, detail: detail(change))))
        return try AccountProfile(transaction.run(.account(id)), in: transaction).map { .success($0) }
            ?? .failure(.noUser(name))
    }

    /// Why an address cannot be taken for proved; nil when it can.
    private func refusal(of change: UserChange?, _ before: AccountProfile) throws(StorageError) -> InvalidValue? {
        guard let change else { return nil }
        let what = "user \(before.account.name)"
        guard let email = after(change, before) else { return InvalidValue(what, "they have no e-mail address") }
        guard try transaction.run(.isVerified(email, exceptFor: before.account.id)) else { return nil }
        return InvalidValue(what, "this e-mail address is another user's, verified")
    }

    /// The address after a change.
    private func after(_ change: UserChange, _ before: AccountProfile) -> EmailAddress? {
        switch change.email {
        case .keep: before.account.email.flatMap { try? EmailAddress($0) }
        case .remove: nil
        case .set(let email): email
        }
    }

    /// What the user shall be after the change.
    private func sources(
        _ before: AccountProfile, _ change: UserChange
    ) throws(InvalidValue) -> ClaimSources {
        var after = ClaimSources(before, name: try UserName(before.account.name))
        switch change.displayName {
        case .keep: break
        case .remove: after.displayName = nil
        case .set(let text): after.displayName = text
        }
        for role in change.removedRoles {
            guard after.roles.remove(role) != nil else {
                throw InvalidValue("role \(role)", "the user does not have it")
            }
        }
        after.roles.formUnion(change.addedRoles)
        for name in change.removedAttributes {
            try AttributeValues.refuseKept(name)
            guard let known = after.attributes.keys.first(where: { $0.text == name }) else {
                throw InvalidValue("attribute \(name.prefix(64))", "the user does not have it")
            }
            after.attributes[known] = nil
        }
        try set(change.setAttributes, in: &after)
        return after
    }

    private func set(
        _ attributes: [(name: String, value: JSONValue)], in sources: inout ClaimSources
    ) throws(InvalidValue) {
        var seen: Set<String> = []
        for (name, value) in attributes {
            guard seen.insert(name).inserted else {
                throw InvalidValue("attribute \(name.prefix(64))", "it is given twice")
            }
            let attribute = try values.checked(name, value)
            sources.attributes[attribute.definition.name] = attribute
        }
    }

    private func write(
        _ change: UserChange, of id: UserID, from before: AccountProfile, to after: ClaimSources
    ) throws(StorageError) {
        if before.account.displayName != after.displayName {
            try transaction.run(.setDisplayName(after.displayName, of: id))
        }
        if let language = change.language { try transaction.run(.setLanguage(language.rawValue, of: id)) }
        switch change.email {
        case .keep: break
        case .remove: try setEmail(nil, of: id, from: before)
        case .set(let email) where email.text == before.account.email: break
        case .set(let email):
            try setEmail(email, of: id, from: before)
            if !change.emailIsVerified { try send(change.letter, to: email, of: id) }
        }
        if change.emailIsVerified, let email = self.after(change, before) {
            try transaction.run(.setVerifiedEmail(email, of: id, at: now))
        }
        for role in after.roles.subtracting(before.roles) { try transaction.run(.addRole(role, to: id)) }
        for role in before.roles where !after.roles.contains(role) {
            _ = try transaction.run(.removeRole(role, from: id))
        }
        for attribute in before.attributes where after.attributes[attribute.definition.name] == nil {
            _ = try transaction.run(.removeAttribute(attribute.definition.name, of: id))
        }
        for attribute in after.attributes.values where !before.attributes.contains(attribute) {
            try write(attribute, of: id)
        }
    }

    /// The old address is told, and no link in an earlier mail is good any more.
    private func setEmail(_ email: EmailAddress?, of id: UserID, from before: AccountProfile) throws(StorageError) {
        try transaction.run(.setEmail(email, of: id))
        try transaction.removeLinks(of: id)
        // Nobody has shown that an unproven address is the person's.
        guard let old = before.account.provedEmail
        else { return try transaction.run(.record(Event(at: now, type: .emailChanged, user: id))) }
        try transaction.recordAndTell(Event(at: now, type: .emailChanged, user: id), .emailChanged, to: id, at: old)
    }

    /// The first and only letter to an address that is not proved.
    func send(_ letter: AddressLetter?, to email: EmailAddress?, of id: UserID) throws(StorageError) {
        guard let letter, let email else { return }
        switch letter {
        case .confirmation:
            let event = Event(at: now, type: .emailConfirmationRequested, user: id)
            try transaction.recordAndTell(event, .confirmEmail, to: id, at: email)
        case .invitation:
            let event = Event(at: now, type: .userInvited, user: id)
            try transaction.recordAndTell(event, .invitation, to: id, at: email)
        }
    }

    private func write(_ attribute: AccountProfile.Attribute, of id: UserID) throws(StorageError) {
        try transaction.run(.setAttribute(attribute.definition.name, to: attribute.value.encodedString, of: id))
    }

    /// What changed, by name only: values may be personal.
    private func detail(_ change: UserChange) -> String {
        var changed: [String] = []
        if case .keep = change.displayName {} else { changed.append("display_name") }
        if case .keep = change.email {} else { changed.append("email") }
        if change.emailIsVerified { changed.append("email_verified") }
        if change.language != nil { changed.append("language") }
        changed += change.setAttributes.map { "attribute \($0.name)" }
        changed += change.removedAttributes.map { "attribute \($0) removed" }
        changed += change.addedRoles.map { "role \($0)" }
        changed += change.removedRoles.map { "role \($0) removed" }
        return JSONValue.object(JSONObject([("changed", .array(changed.map(JSONValue.string)))])).encodedString
    }
}
