import Glibc

/// Writes an executable copy that everybody may run, in directories made as needed.
func copyExecutable(_ original: String, to path: String) throws(StagingError) {
    for index in path.indices.dropFirst() where path[index] == "/" {
        _ = unsafe mkdir(String(path[..<index]), 0o755)
    }
    let source = try checkErrno(unsafe open(original, O_RDONLY | O_CLOEXEC), "open", original)
    defer { _ = close(source) }
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let target = try checkErrno(unsafe open(path, flags, 0o755), "open", path)
    defer { _ = close(target) }
    // Whatever the umask says.
    try checkErrno(fchmod(target, 0o755), "fchmod", path)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe read(source, &chunk, chunk.count)
        try checkErrno(Int32(count), "read", original)
        if count == 0 { return }
        let written = unsafe write(target, chunk, count)
        guard written == count else { throw StagingError("write \(path): disk full") }
    }
}
