import Mail
import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite struct DestinationsTests {
    private struct Down: Error {}
    private let now = Milliseconds(1_000_000)
    private let shop = ClientID("shop")!

    @Test(arguments: [Destination.client(ClientID("shop")!), .webhook(.random()), .mailServer])
    func `a receiver that does not answer is left alone for a while, and then tried with one message`(
        _ destination: Destination
    ) {
        let destinations = Destinations()
        let other = Destination.webhook(.random())
        #expect(destinations.enter(destination, at: now))
        destinations.leave(destination, Down(), at: now)
        #expect(destinations.room(at: destination, at: now + .seconds(4)) == 0)
        #expect(!destinations.enter(destination, at: now + .seconds(4)))
        #expect(destinations.room(at: other, at: now) == 16)
        // Its rest is over, and a message is under way: no other before it is known whether that one arrives.
        #expect(destinations.enter(destination, at: now + .seconds(5)))
        #expect(!destinations.enter(destination, at: now + .seconds(5)))
        destinations.leave(destination, nil, at: now + .seconds(6))
        #expect(destinations.room(at: destination, at: now + .seconds(6)) == destination.places)
    }

    @Test func `a receiver that answers is not left alone`() {
        let destinations = Destinations()
        let refusals: [any Error] = [
            RefusedDelivery(status: 400), LetterRefusal(reason: "x"), CancellationError(),
            // Our own trouble is not the receiver's.
            StorageError.unavailable(reason: "x"),
        ]
        for refusal in refusals {
            #expect(destinations.enter(.client(shop), at: now))
            destinations.leave(.client(shop), refusal, at: now)
            #expect(destinations.room(at: .client(shop), at: now) == 16)
        }
    }

    @Test func `a clock that is set back ends no receiver's rest late`() {
        let destinations = Destinations()
        #expect(destinations.enter(.mailServer, at: now))
        destinations.leave(.mailServer, Down(), at: now)
        #expect(destinations.room(at: .mailServer, at: now) == 0)
        #expect(destinations.room(at: .mailServer, at: now - .hours(1)) == 1)
    }

    @Test func `one receiver has its places at once, and takes none of the others'`() {
        let destinations = Destinations()
        let slow = Destination.client(shop)
        for _ in 0..<slow.places { #expect(destinations.enter(slow, at: now)) }
        #expect(!destinations.enter(slow, at: now))
        #expect(destinations.room(at: slow, at: now) == 0)
        #expect(destinations.room(.backchannelLogout) == 48)
        #expect(destinations.room(at: .mailServer, at: now) == 64)
        destinations.leave(slow, nil, at: now)
        #expect(destinations.room(at: slow, at: now) == 1)
        #expect(destinations.room(.backchannelLogout) == 49)
    }

    /// Mails wait inside the mailer: they count as long as they are there.
    @Test func `mails under way count in the room for mails`() {
        let destinations = Destinations()
        for _ in 0..<64 { #expect(destinations.enter(.mailServer, at: now)) }
        #expect(destinations.room(at: .mailServer, at: now) == 0)
        #expect(destinations.room(.mail) == 0)
        #expect(destinations.room(.backchannelLogout) == 64)
    }

    @Test func `hanging webhooks leave every other one all of its places`() {
        let destinations = Destinations()
        let webhooks = (0..<Limits.webhooks).map { _ in Destination.webhook(.random()) }
        for webhook in webhooks.dropLast() {
            for _ in 0..<webhook.places { #expect(destinations.enter(webhook, at: now)) }
        }
        #expect(destinations.room(at: webhooks.last!, at: now) == 16)
        #expect(destinations.room(.webhook) == 16)
    }
}
