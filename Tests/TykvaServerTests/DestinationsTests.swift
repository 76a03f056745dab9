import OAuth
import TestSupport
import Testing

@testable import TykvaServer

@Suite struct DestinationsTests {
    private struct Down: Error {}
    private let down = ClientID("down")!
    private let up = ClientID("up")!
    private let slow = ClientID("slow")!

    @Test func `a receiver that does not answer is left alone for a while, and the others are not`() async throws {
        let destinations = Destinations()
        let now = Milliseconds(1_000_000)
        await #expect(throws: Down.self) {
            try await destinations.reach(down, at: now) { throw Down() }
        }
        #expect(destinations.resting(at: now) == [down])
        await #expect(throws: RefusedDelivery.self) {
            try await destinations.reach(up, at: now) { throw RefusedDelivery(status: 400) }
        }
        var sent: [String] = []
        await #expect(throws: (any Error).self) {
            try await destinations.reach(down, at: now + .seconds(4)) { sent.append("down") }
        }
        try await destinations.reach(up, at: now) { sent.append("up") }
        try await destinations.reach(down, at: now + .seconds(5)) { sent.append("again") }
        #expect(sent == ["up", "again"])
        #expect(destinations.room == 64)
    }

    @Test func `one receiver has sixteen places at once`() async throws {
        let destinations = Destinations()
        let now = Milliseconds(1_000_000)
        let (places, place) = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<18 {
                group.addTask { [slow] in
                    do {
                        try await destinations.reach(slow, at: now) {
                            for await _ in places {}
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            // Those who find no place come back at once; then the sixteen are let go.
            #expect(await group.next() == false)
            #expect(await group.next() == false)
            #expect(destinations.room == 48)
            place.finish()
            for await answer in group { #expect(answer) }
        }
        #expect(destinations.room == 64)
    }
}
