#ifndef REAPER_CLINUX_H
#define REAPER_CLINUX_H

/* Calls and constants the Glibc module does not map. Each function returns a value >= 0, or -errno.
   Do not define _GNU_SOURCE here: it changes libc structs under Glibc's feet. */
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/stat.h>
#include <linux/unix_diag.h>
#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLINUX_O_PATH 010000000
#define CLINUX_AT_STATX_DONT_SYNC 0x4000
#define CLINUX_AT_NO_AUTOMOUNT 0x800
#define CLINUX_AT_EMPTY_PATH 0x1000
#define CLINUX_AT_SYMLINK_NOFOLLOW 0x100
#define CLINUX_RENAME_NOREPLACE 1u

static inline int clinux_result(long r) { return r < 0 ? -errno : (int)r; }

static inline int clinux_openat(int directory, const char *path, int flags) {
  return clinux_result(openat(directory, path, flags, 0));
}
static inline long clinux_read(int fd, void *buffer, size_t size) {
  ssize_t r = read(fd, buffer, size);
  return r < 0 ? -errno : r;
}
static inline long clinux_readlinkat(int directory, const char *path, char *buffer, size_t size) {
  ssize_t r = readlinkat(directory, path, buffer, size);
  return r < 0 ? -errno : r;
}
static inline long clinux_getdents64(int fd, void *buffer, size_t size) {
  long r = syscall(SYS_getdents64, fd, buffer, size);
  return r < 0 ? -errno : r;
}
static inline int clinux_statx(int directory, const char *path, int flags, unsigned mask,
                               struct statx *out) {
  return clinux_result(syscall(SYS_statx, directory, path, flags, mask, out));
}
static inline int clinux_pidfd_open(int pid) {
  return clinux_result(syscall(SYS_pidfd_open, pid, 0u));
}
static inline int clinux_pidfd_send_signal(int fd, int signal) {
  return clinux_result(syscall(SYS_pidfd_send_signal, fd, signal, (void *)0, 0u));
}
static inline int clinux_set_child_subreaper(int on) {
  return clinux_result(prctl(PR_SET_CHILD_SUBREAPER, (unsigned long)on, 0ul, 0ul, 0ul));
}
static inline int clinux_renameat2(int from_directory, const char *from, int to_directory,
                                   const char *to, unsigned flags) {
  return clinux_result(syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}
static inline int clinux_flock(int fd, int operation) { return clinux_result(flock(fd, operation)); }
/* The f_type of fstatfs(2), never negative: the kernel's magic numbers have 32 bits. */
static inline int64_t clinux_filesystem_type(int fd) {
  struct statfs facts;
  return fstatfs(fd, &facts) < 0 ? -errno : (int64_t)(uint32_t)facts.f_type;
}
static inline unsigned clinux_major(uint64_t device) { return gnu_dev_major(device); }
static inline unsigned clinux_minor(uint64_t device) { return gnu_dev_minor(device); }
/* signalfd4(2) over the given set, non-blocking, close-on-exec. */
static inline int clinux_signalfd(const sigset_t *mask) {
  return clinux_result(syscall(SYS_signalfd4, -1, mask, (size_t)8, O_NONBLOCK | O_CLOEXEC));
}
#endif
