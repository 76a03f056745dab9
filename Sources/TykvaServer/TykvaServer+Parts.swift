import OAuth
import Secrets
import Storage

extension TykvaServer {
    /// What endpoints are made of, and the making of them.
    struct Parts {
        let database: any Database
        let configuration: ServerConfiguration
        let secrets: SecretRing
        let keys: KeyRing
        let tokens: TokenIssuer
        let events: EventRecorder
        let epoch: RestoreEpoch
        let standing: IssuerStanding
        let directory: ClientDirectory
        let clients: ClientAuthenticator
        let hasher: PasswordHasher
        let passwordRules: PasswordRules
        let clock: DeploymentClock
        let retreat: Retreat
        let resets: PasswordResetRequests
        let networkGuesses: NetworkGuesses
        let registrations: RegistrationRequests
        let tally: RefreshTally

        private var issuer: Issuer { configuration.issuer }
        private var proxies: TrustedProxies { configuration.trustedProxies }

        /// - Throws: When a template or a text of this build is malformed.
        func routes() throws -> Routes {
            let unlimited = configuration.unlimitedNetworks
            let passwords = PasswordCheck(
                database, hasher: hasher, events: events,
                guesses: PasswordGuesses(database, unlimited: unlimited))
            let desk = try PageDesk(database, secrets, configuration, clock)
            let requests = AuthorizationRequests(
                issuer: issuer, clients: directory, database: database, keys: keys, secrets: secrets)
            let pages = AuthorizationPages(
                desk: desk, requests: requests,
                flow: AuthorizationFlow(issuer: issuer, database: database, secrets: secrets))
            return Routes(
                token: token(passwords),
                revocation: RevocationEndpoint(
                    clients: clients, database: database, secrets: secrets, clock: clock, proxies: proxies),
                introspection: IntrospectionEndpoint(
                    clients: clients, directory: directory, database: database, issuer: issuer, keys: keys,
                    secrets: secrets, clock: clock, proxies: proxies),
                userInfo: UserInfoEndpoint(
                    issuer: issuer, keys: keys, clients: directory, database: database, clock: clock),
                pushedRequest: PushedRequestEndpoint(
                    clients: clients, database: database, issuer: issuer, clock: clock, proxies: proxies),
                authorization: AuthorizationEndpoint(pages: pages),
                signIn: SignInEndpoint(pages: pages, passwords: passwords),
                selectAccount: SelectAccountEndpoint(pages: pages),
                consent: ConsentEndpoint(pages: pages, database: database),
                signOut: SignOutEndpoint(desk: desk, clients: directory, keys: keys),
                account: AccountEndpoint(
                    desk: desk, database: database, hasher: hasher, passwords: passwords, rules: passwordRules),
                link: LinkEndpoint(
                    desk: desk, database: database, hasher: hasher, rules: passwordRules, guesses: networkGuesses),
                forgotPassword: ForgotPasswordEndpoint(desk: desk, requests: resets, guesses: networkGuesses),
                registration: RegistrationEndpoint(
                    pages: pages, registration: configuration.registration,
                    registrations: Registrations(database: database), requests: registrations, hasher: hasher,
                    rules: passwordRules, guesses: networkGuesses),
                security: SecurityEndpoint(desk: desk, database: database),
                metadata: MetadataEndpoint(issuer: issuer, keys: keys, clients: directory, clock: clock),
                keySet: KeySetEndpoint(keys: keys, clock: clock),
                health: HealthEndpoint(
                    database: database, keys: keys, secrets: secrets, standing: standing, clock: clock,
                    retreat: retreat),
                rates: configuration.requestsPerSecond.map {
                    RequestRates(perSecond: $0, unlimited: unlimited, clock: clock)
                },
                pages: desk.renderer, clients: directory, isSecure: issuer.isSecure, proxies: proxies,
                arePeersChecked: configuration.onlyProxiesConnect)
        }

        private func token(_ passwords: PasswordCheck) -> TokenEndpoint {
            TokenEndpoint(
                clients: clients,
                password: PasswordGrant(
                    database, passwords: passwords, tokens: tokens, secrets: secrets,
                    lifetimes: configuration.lifetimes),
                refreshToken: RefreshTokenGrant(
                    database, tokens: tokens, secrets: secrets, configuration: configuration, clock: clock,
                    epoch: epoch, events: events, tally: tally),
                clientCredentials: ClientCredentialsGrant(tokens),
                authorizationCode: AuthorizationCodeGrant(
                    database, tokens: tokens, secrets: secrets, lifetimes: configuration.lifetimes,
                    guesses: networkGuesses),
                tokens: tokens, standing: standing, clock: clock, proxies: proxies)
        }
    }
}
