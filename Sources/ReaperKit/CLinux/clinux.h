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
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
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
/* Where a byte first and last occurs, or -1; the C library compares 32 bytes at a time. */
extern void *memrchr(const void *bytes, int byte, size_t size); /* <string.h> has it for GNU only */
static inline long clinux_first_index(const void *bytes, size_t size, int byte) {
  const void *found = size ? memchr(bytes, byte, size) : 0;
  return found ? (const char *)found - (const char *)bytes : -1;
}
static inline long clinux_last_index(const void *bytes, size_t size, int byte) {
  const void *found = size ? memrchr(bytes, byte, size) : 0;
  return found ? (const char *)found - (const char *)bytes : -1;
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
/* The C library's, which asks the kernel without entering it; vdso(7). <time.h> hides it, and
   timespec, in strict C. */
extern int clinux_clock_gettime(int clock, void *time) __asm__("clock_gettime");
/* Cannot fail for the clocks every kernel has; 64 bits of nanoseconds last until 2262. */
static inline int64_t clinux_clock_nanoseconds(int clock) {
  struct { long seconds, nanoseconds; } t = {0, 0};
  clinux_clock_gettime(clock, &t);
  return (int64_t)t.seconds * 1000000000 + t.nanoseconds;
}
/* poll(2) with nanoseconds; negative waits for ever. */
static inline int clinux_poll(struct pollfd *entries, unsigned long count, int64_t nanoseconds) {
  struct { long seconds, nanoseconds; } t = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  return clinux_result(syscall(SYS_ppoll, entries, count, nanoseconds < 0 ? (void *)0 : &t,
                               (void *)0, 0ul));
}
static inline int clinux_eventfd(void) {
  return clinux_result(syscall(SYS_eventfd2, 0u, O_CLOEXEC));
}
static inline int clinux_pidfd_open(int pid) {
  return clinux_result(syscall(SYS_pidfd_open, pid, 0u));
}
/* The real user behind a pidfd, and the number of its control group of version 2, by
   PIDFD_GET_INFO of Linux 6.13; <linux/pidfd.h> may be older. */
static inline int64_t clinux_pidfd_user(int fd, uint64_t *cgroup) {
  struct {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
  } info = {.mask = 1u << 1 | 1u << 2 /* PIDFD_INFO_CREDS, PIDFD_INFO_CGROUPID */};
  if (ioctl(fd, _IOC(_IOC_READ | _IOC_WRITE, 0xFF, 11, sizeof info), &info) < 0) return -errno;
  *cgroup = info.mask & 1u << 2 ? info.cgroup : 0;
  return info.mask & 1u << 1 ? (int64_t)info.ruid : -ESRCH;
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
/* A socket that asks the kernel about sockets, sock_diag(7). The kernel answers at once; whoever
   only imitates it may not, so no answer is waited for longer than two seconds (EAGAIN). */
static inline int clinux_sock_diag_open(void) {
  int fd = clinux_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  struct timeval patience = {2, 0};
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}
/* Sends to the kernel, port 0. */
static inline long clinux_netlink_send(int fd, const void *message, size_t size) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t r = sendto(fd, message, size, 0, (struct sockaddr *)&kernel, sizeof kernel);
  return r < 0 ? -errno : r;
}
/* Receives one datagram and its sender's port, 0 for the kernel. Returns the datagram's own length,
   which is more than size when it was cut. */
static inline long clinux_netlink_receive(int fd, void *buffer, size_t size, unsigned *sender) {
  struct sockaddr_nl from = {.nl_family = AF_NETLINK};
  socklen_t length = sizeof from;
  ssize_t r = recvfrom(fd, buffer, size, MSG_TRUNC, (struct sockaddr *)&from, &length);
  *sender = from.nl_pid;
  return r < 0 ? -errno : r;
}
/* 1 when the directory lies on a procfs, 0 when not. */
static inline int clinux_is_procfs(int directory) {
  struct statfs s;
  return fstatfs(directory, &s) < 0 ? -errno : s.f_type == 0x9fa0;
}
/* 0 when both tasks use one descriptor table, else > 0; kcmp(2), KCMP_FILES. */
static inline int clinux_compare_descriptor_tables(int first, int second) {
  return clinux_result(syscall(SYS_kcmp, first, second, 2, 0ul, 0ul));
}
#endif
