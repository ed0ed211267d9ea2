extension Service {
    /// What its process has from its definition and keeps for life: command, variables, directory,
    /// user and log, as one number in hexadecimal digits.
    ///
    /// All else, as how it is ended, goes by the service file at once. It tells apart what one person
    /// wrote at two times, and is no proof against forgery: FNV-1a, 64 bits.
    var fingerprint: String {
        var json = JSONWriter(.compact)
        json.object { json in
            json.array("command") { json in for word in command { json.element(word.base64) } }
            json.array("environment") { json in
                for variable in environment.sorted(by: { $0.name < $1.name }) {
                    json.element(variable.name)
                    json.element(variable.value.base64)
                }
            }
            json.member("directory", directory?.base64)
            json.member("user", user)
            json.member("log", log.path?.base64)
        }
        let number = json.bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(number, radix: 16)
    }
}
