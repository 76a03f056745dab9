package import OAuth

/// Why a deployment was not moved; nothing is lost, and the source is as it was.
package enum MoveError: Error, Sendable, Hashable {
    case source(StorageError)
    case target(StorageError)
    /// There is nothing to move.
    case noDeployment
    /// Somebody's data are there; their issuer, when there is one.
    case occupied(issuer: String?)
    /// A part of another deployment is there.
    case otherMove(issuer: String)
    /// This move was made before: there is nothing left to do.
    case finished(at: Milliseconds)
    /// The target was prepared with another master secret than the source has.
    case otherSecret
    /// Another process moves into the same target.
    case overtaken
    /// What was copied is not what the source holds.
    case changed(table: String, reason: String)
}

extension MoveError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .source(let error):
            "the source: \(error)"
        case .target(let error):
            "the target: \(error)"
        case .noDeployment:
            "the source: there is no deployment in it, for it was never served"
        case .occupied(let issuer):
            "the target holds data already\(issuer.map { ", of \($0)" } ?? ""): a move needs an empty database"
        case .otherMove(let issuer):
            "the target holds an unfinished move of another deployment, of \(issuer): a move needs an empty database"
        case .finished:
            "this move was finished before"
        case .otherSecret:
            "the target was prepared with another master secret than the source has: a move needs an empty database"
        case .overtaken:
            "another `tykva move` works on the same target"
        case .changed(let table, let reason):
            "the source changed while it was moved (\(table): \(reason)): stop whatever works on it and give the same "
                + "command again, which begins anew"
        }
    }
}
