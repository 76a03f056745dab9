package import AsyncHTTPClient
package import Hummingbird
package import OAuth
package import Storage
package import TykvaServer

/// What `tykva serve --dev` shows at `/`: the story of a stolen token, step by step, with live data.
///
/// The page plays the application, its owner and the thief: each step is a call of this server to its own endpoints
/// over HTTP, as anybody else would make it. Loopback only; everything here is public, the password included.
package enum DemoStory {
    package static let password = "correct horse battery staple"
    package static let client = "demo-app"
    /// The service in this process that the story calls.
    package static let audience = "https://demo.example"
    package static let ordersAudience = "https://orders.example"
    package static let billingAudience = "https://billing.example"
    package static let scopes = ["openid", "offline_access", "profile", "demo:read", "orders:read", "orders:write"]

    /// What the story needs of the server that it stands on.
    package struct Stage: Sendable {
        package let issuer: Issuer
        /// Where the audit log is read.
        package let database: any Database
        package let clock: DeploymentClock
        /// The program, as a shell finds it from anywhere.
        package let program: String
        /// The data folder, as commands take it.
        package let dataFolder: String
        package let mailbox: DemoMailbox
        /// Calls this server; one for the whole process when nil.
        package let client: HTTPClient?
        /// How long a call may take.
        package let callTimeout: Duration

        package init(
            issuer: Issuer, database: any Database, clock: DeploymentClock, program: String, dataFolder: String,
            mailbox: DemoMailbox, client: HTTPClient? = nil, callTimeout: Duration = .seconds(10)
        ) {
            self.issuer = issuer
            self.database = database
            self.clock = clock
            self.program = program
            self.dataFolder = dataFolder
            self.mailbox = mailbox
            self.client = client
            self.callTimeout = callTimeout
        }
    }

    /// Adds `/`, its steps, its style and pictures, and the protected route `/demo/orders`.
    ///
    /// The route's keys are fetched when the first token comes: at the start nobody answers yet.
    package static func add(to router: Router<ServeRequestContext>, on stage: Stage) throws {
        let templates = try StoryTemplates()
        let verifier = try OrdersRoute.verifier(issuer: stage.issuer, clock: stage.clock)
        let calls = IssuerCalls(
            issuer: stage.issuer, client: stage.client ?? IssuerCalls.sharedClient, timeout: stage.callTimeout)
        let steps = Steps(stage, calls: calls, verifier: verifier)
        let site = router.group()
            .add(middleware: PageHeaders())
            .add(middleware: OwnHostOnly(issuer: stage.issuer, templates: templates))
        OrdersRoute.add(to: site, verifier: verifier)
        let pages = site.group().add(middleware: OwnFormsOnly(issuer: stage.issuer, templates: templates))
        StoryRoutes(stage, steps: steps, templates: templates).add(to: pages)
    }
}
