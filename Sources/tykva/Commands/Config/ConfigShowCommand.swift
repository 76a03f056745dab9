import ArgumentParser
import StrictFormats

struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows every setting with its value and where that comes from.",
        discussion: """
            Example:
              TYKVA_LOG_LEVEL=debug tykva config show
            """)

    @OptionGroup var common: CommonOptions

    @Flag(
        name: .customLong("markdown"), help: ArgumentHelp("The table of docs/configuration.md.", visibility: .private))
    var isMarkdown = false

    func run() async throws {
        if isMarkdown { return try Console.print(SettingTable.markdown) }
        let settings = try common.settings()
        var table = TextTable("KEY", "VALUE", "FROM")
        var json: [JSONValue] = []
        for (key, value) in settings.found {
            table.add(key, value?.text ?? "", value?.source ?? "")
            json.append(
                .object(
                    JSONObject([("key", .string(key)), ("value", (value?.text).json), ("from", (value?.source).json)])))
        }
        var list = AnswerList(common, empty: "")
        try list.print(json, table)
        try list.end()
    }
}
