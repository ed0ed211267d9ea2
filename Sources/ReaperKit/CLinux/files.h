#ifndef REAPER_CLINUX_FILES_H
#define REAPER_CLINUX_FILES_H

/* What file removal, lock probes and Unix socket probes need, in the manner of clinux.h. */
#include "clinux.h"
#include <string.h>
#include <sys/un.h>

static inline uint64_t clinux_makedev(uint32_t major, uint32_t minor) {
  return gnu_dev_makedev(major, minor);
}
static inline int clinux_unlinkat(int directory, const char *name) {
  return clinux_result(unlinkat(directory, name, 0));
}
static inline int clinux_kill_probe(int pid) { return clinux_result(kill(pid, 0)); }

/* The type of the record lock that would keep the whole file from being locked for writing:
   F_RDLCK or F_WRLCK, or F_UNLCK for none. F_OFD_GETLK sees traditional and OFD locks, takes
   nothing, and needs no write access; fcntl_locking(2). */
static inline int clinux_record_lock(int fd) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  int r = fcntl(fd, 36 /* F_OFD_GETLK, only with _GNU_SOURCE */, &lock);
  return r < 0 ? -errno : lock.l_type;
}

/* The address of the Unix socket at path; unix(7). */
static inline int clinux_unix_address(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  return 0;
}
/* connect(2) of a datagram socket to the Unix socket at path, closed at once: nobody is told.
   0 or -EPROTOTYPE or -EPERM when a socket is bound to that inode, in whatever network namespace;
   -ECONNREFUSED when none is. */
static inline int clinux_unix_probe(const char *path) {
  struct sockaddr_un address;
  int wrong = clinux_unix_address(path, &address);
  if (wrong) return wrong;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  int r = connect(fd, (struct sockaddr *)&address, sizeof address);
  int result = r < 0 ? -errno : 0;
  close(fd);
  return result;
}

/* Asks on a socket of clinux_sock_diag_open for a dump of all Unix sockets with the inodes they are
   bound to; sock_diag(7). */
static inline long clinux_unix_diag_request(int fd) {
  struct {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } message;
  memset(&message, 0, sizeof message);
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = AF_UNIX;
  message.request.udiag_states = 0xffffffffu;
  message.request.udiag_show = UDIAG_SHOW_VFS;
  return clinux_netlink_send(fd, &message, sizeof message);
}
#endif
