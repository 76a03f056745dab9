/// What a deployment's colour changes in the style: links, buttons and focus rings, readable in light and dark.
enum BrandStyle {
    /// WCAG 2.2 §1.4.3 asks for 4.5; a little more allows for rounding.
    static let contrast = 4.55

    // The grounds of style.css that the colour stands on; a test compares them with the file.
    static let lightGrounds = ["#ffffff", "#faf5ee", "#f6eee3"].compactMap(BrandColour.init)
    static let darkGrounds = ["#231b14", "#17120d", "#2e241b"].compactMap(BrandColour.init)
    private static let white = BrandColour(red: 255, green: 255, blue: 255)
    private static let black = BrandColour(red: 0, green: 0, blue: 0)

    static func css(_ colour: BrandColour) -> String {
        """
        :root { --accent: \(light(colour).text); --on-accent: #ffffff; }
        @media (prefers-color-scheme: dark) { :root { --accent: \(dark(colour).text); --on-accent: #1d1108; } }

        """
    }

    static func light(_ colour: BrandColour) -> BrandColour {
        colour.adapted(toward: black, on: lightGrounds, contrast: contrast)
    }

    static func dark(_ colour: BrandColour) -> BrandColour {
        colour.adapted(toward: white, on: darkGrounds, contrast: contrast)
    }
}
