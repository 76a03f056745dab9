import OAuth
import TestSupport
import Testing

@testable import TykvaServer

@Suite struct DestinationsTests {
    private struct Down: Error {}

    @Test func `a receiver that does not answer is left alone for a while, and the others are not`() async throws {
        let destinations = Destinations()
        let now = Milliseconds(1_000_000)
        await #expect(throws: Down.self) {
            try await destinations.reach("https://down.example.com", at: now) { throw Down() }
        }
        var sent: [String] = []
        await #expect(throws: (any Error).self) {
            try await destinations.reach("https://down.example.com", at: now + .seconds(4)) { sent.append("down") }
        }
        try await destinations.reach("https://up.example.com", at: now) { sent.append("up") }
        try await destinations.reach("https://down.example.com", at: now + .seconds(5)) { sent.append("again") }
        #expect(sent == ["up", "again"])
        #expect(destinations.room == 64)
    }

    @Test func `one receiver has four places at once`() async throws {
        let destinations = Destinations()
        let now = Milliseconds(1_000_000)
        let (places, place) = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    do {
                        try await destinations.reach("https://slow.example.com", at: now) {
                            for await _ in places {}
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            // Those who find no place come back at once; then the four are let go.
            #expect(await group.next() == false)
            #expect(await group.next() == false)
            #expect(destinations.room == 60)
            place.finish()
            for await answer in group { #expect(answer) }
        }
        #expect(destinations.room == 64)
    }
}
