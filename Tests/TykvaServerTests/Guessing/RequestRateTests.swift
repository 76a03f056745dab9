import HTTPTypes
import OAuth
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct RequestRateTests {
    private func rates(_ perSecond: Int, _ clock: ManualClock) -> RequestRates {
        RequestRates(
            perSecond: perSecond, unlimited: .loopback,
            clock: DeploymentClock(wall: { clock.now }, monotonic: { clock.monotonic }))
    }

    @Test func `a network has ten seconds' worth at once, and then so many a second`() {
        let clock = ManualClock()
        let rates = rates(5, clock)
        let (one, two) = (NetworkAddress(stored: "192.0.2.7"), NetworkAddress(stored: "198.51.100.7"))
        for _ in 0..<50 { #expect(rates.take(from: one) == nil) }
        #expect(rates.take(from: one) == 1)
        #expect(rates.take(from: NetworkAddress(stored: "192.0.2.99")) == 1, "the same network")
        #expect(rates.take(from: two) == nil)
        clock.advance(by: .seconds(1))
        for _ in 0..<5 { #expect(rates.take(from: one) == nil) }
        #expect(rates.take(from: one) != nil)
        clock.advance(by: .hours(1))
        for _ in 0..<50 { #expect(rates.take(from: one) == nil) }
        #expect(rates.take(from: one) != nil)
        for _ in 0..<1000 { #expect(rates.take(from: NetworkAddress(stored: "127.0.0.1")) == nil) }
    }

    @Test func `however many networks come, so many are remembered`() {
        let clock = ManualClock()
        let rates = rates(1, clock)
        for number in 0..<(Limits.ratedNetworks + 1000) {
            let text = "10.\(number >> 16 & 255).\(number >> 8 & 255).1"
            let six = "2001:db8:\(String(number & 0xFFFF, radix: 16))::1"
            #expect(rates.take(from: NetworkAddress(stored: number % 2 == 0 ? six : text)) == nil || number > 10)
        }
        clock.advance(by: .minutes(1))
        #expect(rates.take(from: NetworkAddress(stored: "192.0.2.7")) == nil)
    }

    @Test func `it is around every route but health, and counts the caller that a trusted proxy names`() async throws {
        try await TestServer.run(configure: { $0.requestsPerSecond = 1 }) { server in
            func get(_ path: String, _ address: String, html: Bool = false) async throws -> Answer {
                var headers: HTTPFields = [.xForwardedFor: address]
                if html { headers[.accept] = "text/html" }
                return try await server.get(path, headers: headers)
            }
            for _ in 0..<10 { #expect(try await get("/.well-known/jwks.json", "192.0.2.7").status == 200) }
            for path in ["/.well-known/jwks.json", "/sign-in", "/account", "/userinfo", "/nothing", "/assets/x"] {
                let held = try await get(path, "192.0.2.7")
                #expect(held.status == 429, "\(path)")
                #expect(held.error == "temporarily_unavailable")
                #expect(held.headers[.retryAfter] == "1")
                #expect(held.headers[.xContentTypeOptions] == "nosniff")
            }
            let post = try await server.post([("grant_type", "password")], headers: [.xForwardedFor: "192.0.2.7"])
            #expect(post.status == 429)
            let page = try await get("/sign-in", "192.0.2.7", html: true)
            #expect(page.status == 429)
            #expect(page.text.contains("Too many requests"))
            #expect(try await get("/health/live", "192.0.2.7").status == 200)
            #expect(try await get("/sign-in", "198.51.100.7").status == 200)
            for _ in 0..<30 { #expect(try await get("/sign-in", "127.0.0.1").status == 200) }
            server.clock.advance(by: .seconds(1))
            #expect(try await get("/sign-in", "192.0.2.7").status == 200)
        }
    }

    @Test func `a header from who is no trusted proxy names nobody`() async throws {
        try await TestServer.run(configure: {
            $0.requestsPerSecond = 1
            $0.trustedProxies = .none
            $0.unlimitedNetworks = UnlimitedNetworks([])
        }) { server in
            var statuses: [Int] = []
            for number in 0..<12 {
                statuses.append(
                    try await server.get("/sign-in", headers: [.xForwardedFor: "192.0.\(number).7"]).status)
            }
            #expect(statuses.suffix(2) == [429, 429])
        }
    }

    @Test func `switched off it limits nobody`() async throws {
        try await TestServer.run(configure: { $0.requestsPerSecond = nil }) { server in
            let headers: HTTPFields = [.xForwardedFor: "192.0.2.7"]
            for _ in 0..<30 {
                let answer = try await server.get("/sign-in", headers: headers)
                #expect(answer.status == 200)
            }
        }
    }
}
