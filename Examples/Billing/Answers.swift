import Hummingbird

/// What a token says of its bearer.
struct Me: ResponseEncodable {
    let subject: String
    let name: String?
    let client: String
    let scope: [String]
    let roles: [String]
}

/// A bill that somebody has to pay.
struct Invoice: ResponseEncodable {
    let number: String
    let amountInCents: Int
}
