import CoreMetrics
import Foundation
import PrometheusText
import Testing

@Suite struct MetricsTests {
    @Test func `each metric is explained, in its answer and in the document`() throws {
        let document = try String(
            contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../docs/metrics.md").standardized,
            encoding: .utf8)
        for (name, text) in MetricHelp.texts {
            #expect(document.contains("| `\(name)` |"))
            #expect(document.contains("| \(text) |"), "\(name)")
        }
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "tykva_sign_ins_total", dimensions: [("result", "failed")]).increment(by: 2)
        metrics.makeCounter(label: "tykva_sign_ins_total", dimensions: [("result", "succeeded")]).increment(by: 1)
        #expect(
            metrics.exposition() == """
                # HELP tykva_sign_ins_total Sign-ins by password, by their result.
                # TYPE tykva_sign_ins_total counter
                tykva_sign_ins_total{result="failed"} 2
                tykva_sign_ins_total{result="succeeded"} 1

                """)
    }

    @Test func `a fraction of a millisecond is a time`() throws {
        let metrics = PrometheusMetrics()
        metrics.makeTimer(label: "tykva_http_request_seconds", dimensions: []).recordNanoseconds(180_000)
        let text = metrics.exposition()
        #expect(text.contains("tykva_http_request_seconds_sum 0.00018\n"))
        #expect(text.contains(#"tykva_http_request_seconds_bucket{le="0.0001"} 0"#))
        #expect(text.contains(#"tykva_http_request_seconds_bucket{le="0.00025"} 1"#))
    }
}
