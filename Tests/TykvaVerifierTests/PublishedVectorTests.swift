import Crypto
import StrictFormats
import Testing

@testable import TykvaVerifier

/// Signatures and key sets printed in the specifications.
@Suite struct PublishedVectorTests {
    private func isValid(_ jws: String, _ jwk: String) throws -> Bool {
        let set = try JWKSet(json: #"{"keys":[\#(jwk)]}"#)
        let key = try #require(set.keys.first)
        let parts = try CompactJWS(jws)
        return key.isValid(signature: parts.signature, of: parts.signingInput)
    }

    private static let modulus = """
        ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ\
        S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2\
        R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD\
        TW9gb54h4FRWyuXpoQ
        """

    @Test func `RFC 7515 A.2, RS256`() throws {
        let jws = """
            eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
            Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5juj\
            Gbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_e\
            SN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIh\
            WkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
            """
        let jwk = #"{"kty":"RSA","kid":"a2","alg":"RS256","n":"\#(Self.modulus)","e":"AQAB"}"#
        #expect(try isValid(jws, jwk))
        #expect(try !isValid(jws, jwk.replacing("RS256", with: "PS256")))
        #expect(try !isValid(jws.replacing(".eyJp", with: ".eyJq"), jwk))
    }

    @Test func `RFC 7515 A.3, ES256`() throws {
        let jws = """
            eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
            Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
            """
        let jwk = """
            {"kty":"EC","crv":"P-256","kid":"a3","alg":"ES256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
            """
        #expect(try isValid(jws, jwk))
        #expect(try !isValid(jws.replacing(".eyJp", with: ".eyJq"), jwk))
    }

    @Test func `RFC 8037 A.4, Ed25519`() throws {
        let jws = """
            eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhi\
            jcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg
            """
        let jwk = """
            {"kty":"OKP","crv":"Ed25519","kid":"a4","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
            """
        #expect(try isValid(jws, jwk))
        #expect(try !isValid(jws.replacing("RXhh", with: "RXhi"), jwk))
    }

    @Test func `RFC 9964, ML-DSA-65`() throws {
        let seed = [UInt8](repeating: 0, count: 32)
        let key = try MLDSA65.PrivateKey(seedRepresentation: seed, publicKey: nil).publicKey
        let pub = Base64URL.encode(Array(key.rawRepresentation))
        let jwk = #"{"kty":"AKP","alg":"ML-DSA-65","kid":"\#(RFC9964Example.keyID)","pub":"\#(pub)"}"#
        #expect(try isValid(RFC9964Example.jws, jwk))
        #expect(try !isValid(RFC9964Example.jws.replacing(".SXTi", with: ".SXTj"), jwk))
    }

    @Test func `RFC 7517 A.1, of the public keys the one for signatures with an alg is used`() throws {
        let set = try JWKSet(
            json: """
                {"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},
                {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSo\
                c_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368\
                QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3X\
                PksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}
                """)
        #expect(set.keyIDs == ["2011-04-29"])
    }

    @Test func `RFC 7517 A.2 and A.3, private and symmetric keys refuse the set`() {
        let ec = """
            {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
            "use":"enc","kid":"1"}
            """
        let wrapping = #"{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"}"#
        for key in [ec, wrapping, #"{"kty":"oct","kid":"x"}"#] {
            #expect(throws: JWKSetError.self) { try JWKSet(json: #"{"keys":[\#(key)]}"#) }
        }
    }
}
