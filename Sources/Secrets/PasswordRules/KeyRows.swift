/// The rows along which fingers and the alphabet run: "abcdef", "123456", "qwerty", "1qaz2wsx".
enum KeyRows {
    /// Where each character stands, row by row.
    static let all: [[Character: Int]] = rows.map { row in
        Dictionary(zip(row, 0...)) { first, _ in first }
    }

    /// No character is in a row twice.
    private static let rows = [
        // Alphabets.
        "abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        // Digits, and the lines of the block of digits.
        "0123456789", "1234567890", "13579", "02468", "24680", "147258369", "741852963", "159", "357",
        // Rows of keys: English, German, French, Russian; digits with Shift.
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "!@#$%^&*()", "!\"№;%:?*()",
        // Columns, and two rows by turns.
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
        "1йфя2цыч3увс4кам5епи6нрт7гоь8шлб9щдю", "йфяцычувскамепинртгоьшлбщдю", "1й2ц3у4к5е6н7г8ш9щ0з",
    ]
}
