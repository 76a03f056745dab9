import Foundation
import Hummingbird
import TykvaHummingbird
import TykvaVerifier

/// A web application that lets people in through Tykva, with the authorization code flow of OpenID Connect.
///
/// It is a confidential client: tokens stay in the memory of this server, and the browser has a cookie that means
/// nothing elsewhere. ``Settings`` tells what its environment sets.
@main struct WebApp {
    static func main() async {
        do {
            let settings = try Settings(Environment())
            let application = try application(settings)
            do {
                try await application.runService()
            } catch {
                throw ConfigurationError(description: "it cannot serve on 127.0.0.1:\(settings.port): \(error)")
            }
        } catch {
            FileHandle.standardError.write(Data("webapp: \(error)\n".utf8))
            exit(1)
        }
    }

    static func application(
        _ settings: Settings, keys: RemoteJWKSet? = nil, calls: OutgoingCalls = .standard,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws -> some ApplicationProtocol {
        // One key set for both kinds of token.
        let keys = try keys ?? RemoteJWKSet(discoveryOf: settings.issuer)
        let flow = try CodeFlow(settings, keys: keys, calls: calls, now: now)
        let sessions = BrowserSessions(now: now)

        let routes = Routes(
            settings: settings, calls: calls, flow: flow, sessions: sessions, pending: PendingSignIns(now: now))
        let receiver = BackchannelLogout(
            verifier: try LogoutTokenVerifier(
                issuer: settings.issuer, clientID: settings.clientID, algorithm: settings.algorithm,
                keys: .remote(keys), now: now)
        ) { target in
            await sessions.end(target)
        }

        let router = Router()
        router.get("health") { _, _ in "ok\n" }
        router.get("/") { request, _ in try await routes.home(request) }
        router.get("sign-in") { request, _ in try await routes.signIn(request) }
        router.get("callback") { request, context in try await routes.callback(request, context) }
        router.get("orders") { request, context in try await routes.orders(request, context) }
        router.post("sign-out") { request, _ in try await routes.signOut(request) }
        router.get("signed-out") { _, _ in Page.signedOut.response() }
        router.post("backchannel-logout", use: receiver.handle)
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: settings.port), serverName: "webapp"),
            services: [keys])
    }
}
