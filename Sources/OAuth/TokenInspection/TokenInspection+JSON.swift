package import StrictFormats

extension TokenInspection {
    /// Everything as one object, for programs. A part that could not be read is there as `…_text`.
    package var document: JSONObject {
        var document: JSONObject = ["kind": .string(kind.rawValue), "summary": .string(summary)]
        document["bytes"] = .integer(Int64(byteCount))
        for (name, part) in [("header", header), ("claims", claims)] {
            document[name] = part?.value.map(JSONValue.object)
            document["\(name)_text"] = part?.text.map(JSONValue.string)
            document["\(name)_fault"] = part?.fault.map(JSONValue.string)
        }
        document["signature_bytes"] = signatureByteCount.map { .integer(Int64($0)) }
        document["warnings"] = .array(
            warnings.map {
                ["code": .string($0.code.rawValue), "path": .string($0.path), "text": .string($0.description)]
            })
        return document
    }
}
