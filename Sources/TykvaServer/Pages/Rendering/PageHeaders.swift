import HTTPTypes

/// What every page's answer carries: nothing from elsewhere, no inline script or style, no frame, no copy on a disk.
enum PageHeaders {
    /// - Parameters:
    ///   - formTarget: Where a form may lead beside our own origin. Chromium holds `form-action` against each redirect
    ///     that follows a form, so the client's redirect URI has to be named.
    ///   - hasScript: Whether a script file of ours may run.
    static func fields(formTarget: FormTarget? = nil, hasScript: Bool = false) -> HTTPFields {
        [
            .contentSecurityPolicy: policy(formTarget: formTarget, hasScript: hasScript),
            .cacheControl: "no-store",
            // Not `no-referrer`: with it browsers send `Origin: null` from our own forms.
            .referrerPolicy: "same-origin",
            .frameOptions: "DENY",
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
            .xContentTypeOptions: "nosniff",
        ]
    }

    /// https://www.w3.org/TR/CSP3/
    static func policy(formTarget: FormTarget? = nil, hasScript: Bool = false) -> String {
        let script = hasScript ? "script-src 'self'; " : ""
        let target = formTarget.map { " \($0.source)" } ?? ""
        return """
            default-src 'none'; \(script)style-src 'self'; img-src 'self'; form-action 'self'\(target); \
            frame-ancestors 'none'; base-uri 'none'
            """
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .cacheControl
    static let frameOptions = HTTPField.Name("X-Frame-Options") ?? .cacheControl
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .cacheControl
}
