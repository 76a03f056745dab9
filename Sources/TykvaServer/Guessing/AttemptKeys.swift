import OAuth

/// Under which keys an attempt at a password may be judged: which of them do is known when the store was asked.
struct AttemptKeys: Sendable {
    /// Judge a browser that is known, or a session.
    let ofDevice: [GuessKey]
    /// Judge everybody else.
    let ofStranger: [GuessKey]
    /// Records that end with a success of either. A network's own never does: whoever has an account of their own
    /// would reset it. The account's own outlives a success of a known browser: that says nothing of the strangers who
    /// are guessing.
    let endedByDevice: [GuessKey]
    let endedByStranger: [GuessKey]

    /// - Parameter isUnlimited: Whether the network is not counted for itself.
    init(_ subject: PasswordGuesses.Subject, from address: NetworkAddress, isUnlimited: Bool) {
        let network = isUnlimited ? [] : [GuessKey.network(address)]
        switch subject {
        case .session(let session, let user):
            ofDevice = [.session(session, of: user)]
            ofStranger = []
            endedByDevice = ofDevice
            endedByStranger = []
        case .signIn(nil, _):
            ofDevice = []
            ofStranger = network
            endedByDevice = []
            endedByStranger = []
        case .signIn(let name?, let device):
            let here = GuessKey.account(name, from: address)
            ofDevice = device.map { [.device($0, of: name)] } ?? []
            ofStranger = [.account(name), here] + network
            endedByDevice = ofDevice + [here]
            endedByStranger = [.account(name), here]
        }
    }

    var all: [GuessKey] { ofDevice + ofStranger }
}
