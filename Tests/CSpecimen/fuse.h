#ifndef REAPER_CSPECIMEN_FUSE_H
#define REAPER_CSPECIMEN_FUSE_H

/* A file system that leaves one question open: whoever looks up `hang` in it waits in the kernel,
   and not even SIGKILL ends the wait. fuse(4). Each function returns a value >= 0, or -errno. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Mounts it at path in a mount namespace of the caller's own, and answers with the server's end:
   once that is closed, everybody who waits is let go. */
static inline int cspecimen_mount_hanging(const char *path) {
  if (syscall(SYS_unshare, 0x20000 /* CLONE_NEWNS */) < 0) return -errno;
  if (mount("none", "/", (char *)0, MS_REC | MS_PRIVATE, (void *)0) < 0) return -errno;
  int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  char options[80];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
  if (mount("reaper-test", path, "fuse.reaper-test", MS_NOSUID | MS_NODEV, options) < 0)
    return -errno;
  return fd;
}

static inline void cspecimen_answer(int fd, uint64_t unique, int error, const void *body,
                                    size_t size) {
  struct fuse_out_header header = {.len = (uint32_t)(sizeof header + size), .error = error};
  header.unique = unique;
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)body, size}};
  if (writev(fd, parts, size ? 2 : 1) < 0) return; /* who asked has gone */
}

/* Waits for one question and answers it: 1 when it is the one that stays open, else 0. */
static inline int cspecimen_serve_hanging(int fd) {
  static char buffer[1 << 18];
  ssize_t size = read(fd, buffer, sizeof buffer);
  if (size < 0) return errno == EINTR || errno == ENOENT || errno == EAGAIN ? 0 : -errno;
  struct fuse_in_header request;
  if ((size_t)size < sizeof request) return 0;
  memcpy(&request, buffer, sizeof request);
  if (request.opcode == FUSE_INIT) {
    struct fuse_init_out answer;
    memset(&answer, 0, sizeof answer);
    answer.major = FUSE_KERNEL_VERSION;
    answer.minor = 31;
    answer.max_readahead = 65536;
    answer.max_background = 12;
    answer.congestion_threshold = 9;
    answer.max_write = 65536;
    answer.time_gran = 1;
    cspecimen_answer(fd, request.unique, 0, &answer, sizeof answer);
  } else if (request.opcode == FUSE_GETATTR) {
    struct fuse_attr_out answer;
    memset(&answer, 0, sizeof answer);
    answer.attr.ino = 1;
    answer.attr.mode = 040755;
    answer.attr.nlink = 2;
    answer.attr.blksize = 4096;
    cspecimen_answer(fd, request.unique, 0, &answer, sizeof answer);
  } else if (request.opcode == FUSE_LOOKUP) {
    if (strcmp(buffer + sizeof request, "hang") == 0) return 1;
    cspecimen_answer(fd, request.unique, -ENOENT, 0, 0);
  } else if (request.opcode != FUSE_FORGET && request.opcode != FUSE_INTERRUPT &&
             request.opcode != FUSE_BATCH_FORGET) {
    cspecimen_answer(fd, request.unique, -ENOSYS, 0, 0);
  }
  return 0;
}
#endif
