import Hummingbird

/// The two cookies of this application.
///
/// `__Host-` keeps other hosts from setting them. Ports do not part cookies, so the name is the application's own.
enum Cookies {
    /// The session of somebody who is signed in.
    static let session = "__Host-webapp-session"

    /// The browser that is on its way through the issuer.
    static let browser = "__Host-webapp-browser"

    /// The mark of the browser, if it is one of ours and not something else in its place.
    static func browserMark(_ request: Request) -> String? {
        guard let value = request.cookies[browser]?.value, value.utf8.count == RandomText.length,
            value.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { return nil }
        return value
    }

    static func make(_ name: String, _ value: String) -> Cookie {
        Cookie(name: name, value: value, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }

    static func expired(_ name: String) -> Cookie {
        Cookie(name: name, value: "", maxAge: 0, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }
}
