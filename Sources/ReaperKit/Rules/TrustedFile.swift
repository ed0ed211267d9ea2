/// A file that says what root is to do, such as a plan.
public enum TrustedFile {
    /// Reads all of a regular file that nobody but root can write or replace, as rule files are read.
    ///
    /// - Throws: `RuleError` when it cannot be read, may not be trusted, or is larger than `limit`.
    public static func contents(of path: String, limit: Int) throws(RuleError) -> [UInt8] {
        let answer: Result<[UInt8], RuleError>
        do throws(SystemError) {
            answer = try RuleStore(demandsTrust: true).read(path, limit: limit)
        } catch {
            throw RuleError(file: path, message: "cannot be read: \(error.reason)")
        }
        return try answer.get()
    }
}
