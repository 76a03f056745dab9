package import CoreMetrics
import Synchronization

/// Collects what the program counts and prints it in Prometheus' text format (version 0.0.4).
///
/// Labels come from the program, never from requests, so the number of series is bounded by the code.
package final class PrometheusMetrics: MetricsFactory {
    package static let shared = PrometheusMetrics()

    private struct Series {
        var counters: [SeriesName: CounterSeries] = [:]
        var gauges: [SeriesName: GaugeSeries] = [:]
        var histograms: [SeriesName: HistogramSeries] = [:]
    }

    private let series = Mutex(Series())

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = SeriesName(label, dimensions)
        return series.withLock { series in
            if let known = series.counters[name] { return known }
            let new = CounterSeries()
            series.counters[name] = new
            return new
        }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// Every series, in the order of the names.
    package func exposition() -> String {
        let (counters, gauges, histograms) = series.withLock { ($0.counters, $0.gauges, $0.histograms) }
        var lines: [String] = []
        func family(_ names: [SeriesName], _ type: String, _ print: (SeriesName) -> [String]) {
            var last = ""
            for name in names.sorted() {
                if name.label != last {
                    if let help = MetricHelp.texts[name.label] { lines.append("# HELP \(name.label) \(help)") }
                    lines.append("# TYPE \(name.label) \(type)")
                }
                last = name.label
                lines += print(name)
            }
        }
        family(Array(counters.keys), "counter") { name in ["\(name) \(counters[name]?.value ?? 0)"] }
        family(Array(gauges.keys), "gauge") { name in ["\(name) \(gauges[name]?.value ?? 0)"] }
        family(Array(histograms.keys), "histogram") { name in histograms[name]?.lines(name) ?? [] }
        return lines.joined(separator: "\n") + "\n"
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let name = SeriesName(label, dimensions)
        return series.withLock { series in
            if let known = series.gauges[name] { return known }
            let new = GaugeSeries()
            series.gauges[name] = new
            return new
        }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        let name = SeriesName(label, dimensions)
        return series.withLock { series in
            if let known = series.histograms[name] { return known }
            let new = HistogramSeries()
            series.histograms[name] = new
            return new
        }
    }
}
