import HTTPTypes
import Hummingbird

/// The form of a logout request (OpenID Connect Back-Channel Logout 1.0 §2.5).
enum LogoutTokenForm {
    /// The one `logout_token` of a form; other members mean nothing.
    static func token(in request: Request, upTo maximumBytes: Int) async throws(LogoutRefusal) -> String {
        let types = request.headers[values: .contentType]
        let mediaType = types.first?.split(separator: ";").first?.filter { $0 != " " }.lowercased()
        guard types.count == 1, mediaType == "application/x-www-form-urlencoded" else {
            throw .malformed("the content type is not a form's")
        }
        let body = try await body(of: request, upTo: maximumBytes)
        var token: String?
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let sign = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard decoded(pair[..<sign]) == "logout_token" else { continue }
            guard token == nil else { throw .malformed("logout_token is there twice") }
            guard let value = decoded(pair[sign...].dropFirst()), !value.isEmpty else {
                throw .malformed("logout_token is empty or does not decode")
            }
            token = value
        }
        guard let token else { throw .malformed("logout_token is missing") }
        return token
    }

    private static func body(of request: Request, upTo maximumBytes: Int) async throws(LogoutRefusal) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard bytes.count + buffer.readableBytes <= maximumBytes else {
                    throw LogoutRefusal.malformed("the form has more than \(maximumBytes) bytes")
                }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let error as LogoutRefusal {
            throw error
        } catch {
            throw .malformed("the form was not received: \(error)")
        }
        return bytes
    }

    /// A name or value: `%` takes two hexadecimal digits. The characters of a token need no other care.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            rest = rest.dropFirst(2)
            result.append(value)
        }
        return String(validating: result, as: UTF8.self)
    }
}
