/// What a theft ends: set for each class of theft.
package enum TheftReach: String, Hashable, Sendable, CaseIterable {
    case family, session, user
}

/// What each class of theft ends: by default a late one the family, a stale one the session and all its families.
package struct TheftPolicy: Hashable, Sendable {
    package static let standard = TheftPolicy(late: .family, stale: .session)
    package let late: TheftReach
    package let stale: TheftReach

    package init(late: TheftReach, stale: TheftReach) {
        self.late = late
        self.stale = stale
    }

    package func reach(_ theft: TheftClass) -> TheftReach {
        switch theft {
        case .late: late
        case .stale: stale
        }
    }
}
