import Glibc

/// How many descriptors reaper may have open, raised as far as is allowed.
enum DescriptorLimit {
    /// How many processes can be held at once, each by two descriptors; some are left for the rest.
    static let handles = max((descriptors - 32) / 2, 4)

    /// The soft limit, after raising it to the hard one; getrlimit(2).
    private static let descriptors: Int = {
        let noFile = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(noFile, &limit) == 0 else { return 64 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = raised.rlim_max
            if unsafe setrlimit(noFile, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }()
}
