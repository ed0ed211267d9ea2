#ifndef REAPER_CSPECIMEN_SOCKETS_H
#define REAPER_CSPECIMEN_SOCKETS_H

/* Sockets on the loopback address and on paths. Each function returns a value >= 0, or -errno. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

struct cspecimen_address {
  struct sockaddr_storage storage;
  socklen_t length;
};

static inline struct cspecimen_address cspecimen_loopback(int version, unsigned short port) {
  struct cspecimen_address address = {.length = 0};
  if (version == 6) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    six.sin6_addr = in6addr_loopback;
    memcpy(&address.storage, &six, address.length = sizeof six);
  } else {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(&address.storage, &four, address.length = sizeof four);
  }
  return address;
}

/* A bound socket; close-on-exec, so that only forked children share it. */
static inline int cspecimen_bind(int version, int stream, unsigned short port, int shared_port) {
  struct cspecimen_address address = cspecimen_loopback(version, port);
  int type = (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
  int fd = socket(version == 6 ? AF_INET6 : AF_INET, type, 0);
  if (fd < 0) return -errno;
  if ((shared_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared_port, sizeof shared_port)) ||
      bind(fd, (struct sockaddr *)&address.storage, address.length) < 0) {
    int reason = errno;
    close(fd);
    return -reason;
  }
  return fd;
}

static inline int cspecimen_connect(int version, unsigned short port) {
  struct cspecimen_address address = cspecimen_loopback(version, port);
  int fd = socket(version == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&address.storage, address.length) < 0) return -errno;
  return fd;
}

static inline int cspecimen_accept(int fd) {
  int connection = accept(fd, (struct sockaddr *)0, (socklen_t *)0);
  return connection < 0 ? -errno : connection;
}

static inline int cspecimen_port(int fd) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
  /* The port lies at the same offset for both families. */
  return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

/* Sends a descriptor to a socket of the caller that never receives it, and closes it: from then on
   only the message on its way holds the file. Answers with the receiver. */
static inline int cspecimen_send_away(int fd) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof fd)];
  } control = {.bytes = {0}};
  struct iovec text = {.iov_base = (char *)"x", .iov_len = 1};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = 1; /* SCM_RIGHTS */
  part->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(part), &fd, sizeof fd);
  if (sendmsg(pair[0], &message, 0) < 0) return -errno;
  close(fd);
  return pair[1];
}

/* Moves the caller to a network namespace of its own, where only loopback is, and up. */
static inline int cspecimen_own_network(void) {
  if (syscall(SYS_unshare, 0x40000000 /* CLONE_NEWNET */) < 0) return -errno;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  /* struct ifreq, whose headers do not go together with the Glibc module's. */
  struct {
    char name[16];
    short flags;
    char rest[22];
  } request = {.name = "lo", .flags = 1 /* IFF_UP */};
  int result = ioctl(fd, 0x8914 /* SIOCSIFFLAGS */, &request) < 0 ? -errno : 0;
  close(fd);
  return result;
}

static inline int cspecimen_bind_path(const char *path, int stream) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
  return fd;
}
#endif
