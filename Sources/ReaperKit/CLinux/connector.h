#ifndef REAPER_CLINUX_CONNECTOR_H
#define REAPER_CLINUX_CONNECTOR_H

/* The kernel connector, which tells of process events, in the manner of clinux.h. */
#include "clinux.h"
#include <linux/cn_proc.h>
#include <linux/connector.h>

/* A socket that nothing is ever waited for on. */
static inline int clinux_connector_open(void) {
  return clinux_result(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                              NETLINK_CONNECTOR));
}
/* Joins the multicast group of process events; -EPERM without CAP_NET_ADMIN before Linux 6.6. */
static inline int clinux_connector_join(int fd) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1u << (CN_IDX_PROC - 1)};
  return clinux_result(bind(fd, (struct sockaddr *)&address, sizeof address));
}
/* How many bytes may wait to be read; beyond net.core.rmem_max (`force`) only for CAP_NET_ADMIN. */
static inline int clinux_set_receive_buffer(int fd, int size, int force) {
  return clinux_result(
      setsockopt(fd, SOL_SOCKET, force ? SO_RCVBUFFORCE : SO_RCVBUF, &size, sizeof size));
}
#endif
