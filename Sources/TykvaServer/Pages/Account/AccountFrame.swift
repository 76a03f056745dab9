/// What surrounds the pages of an account: its navigation, who it is, and the way out.
struct AccountFrame: Sendable {
    /// The pages of an account, with their paths.
    enum Section: String, CaseIterable, Sendable {
        case profile, password, sessions, consents, security

        var address: OwnAddress {
            switch self {
            case .profile: OwnAddress("/account")
            case .password: OwnAddress("/account/password")
            case .sessions: OwnAddress("/account/sessions")
            case .consents: OwnAddress("/account/consents")
            case .security: OwnAddress("/account/security")
            }
        }

        /// The page on which a path of these pages, or a form on one, lies.
        init(path: String) {
            self = Self.allCases.last { path.hasPrefix($0.address.text) } ?? .profile
        }

        private static let parameter = "to="

        /// Where people sign in to come back here.
        var signIn: OwnAddress { OwnAddress("/sign-in", query: Self.parameter + rawValue) }

        /// The page that a query of the sign-in page names, when it holds nothing else.
        init?(signInQuery query: String) {
            guard query.hasPrefix(Self.parameter) else { return nil }
            self.init(rawValue: String(query.dropFirst(Self.parameter.count)))
        }
    }

    let person: ShownPerson
    let signOut: PageForm
    var section: Section = .profile

    init(_ person: ShownPerson, signOut: PageForm) {
        self.person = person
        self.signOut = signOut
    }

    func at(_ section: Section) -> AccountFrame {
        var frame = self
        frame.section = section
        return frame
    }

    func content(_ texts: PageTexts) -> PageContent {
        let sections = Section.allCases.map { section -> PageContent in
            [
                "sectionName": texts.known("section_", section.rawValue), "sectionAddress": section.address.text,
                "isCurrentSection": section == self.section,
            ]
        }
        return ["person": person.content, "signOutForm": signOut.content, "sections": sections]
    }
}
