import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The orders service, called with a person's access token.
struct OrdersClient: Sendable {
    struct Order: Decodable, Sendable {
        let id: Int
        let item: String
        let quantity: Int
    }

    enum Answer: Sendable {
        case orders([Order])

        /// The token is not good any more (RFC 6750 §3.1).
        case unauthorized
        case failed(UInt)
    }

    let url: String
    let calls: OutgoingCalls

    func list(_ accessToken: String) async throws -> Answer {
        var request = HTTPClientRequest(url: url + "/orders")
        request.headers.add(name: "authorization", value: "Bearer \(accessToken)")
        let response = try await calls.execute(request)
        let body = try await response.body.collect(upTo: 256 * 1024)
        switch response.status.code {
        case 200: return .orders(try JSONDecoder().decode([Order].self, from: Data(body.readableBytesView)))
        case 401: return .unauthorized
        default: return .failed(response.status.code)
        }
    }
}
