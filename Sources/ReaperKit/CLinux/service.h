#ifndef REAPER_CLINUX_SERVICE_H
#define REAPER_CLINUX_SERVICE_H

/* What a supervisor needs, in the manner of clinux.h. */
#include "clinux.h"
#include "files.h"
#include "run.h"
#include <grp.h>
#include <sys/inotify.h>

/* A program to start in a session of its own. */
struct clinux_launch {
  char *const *arguments, *const *environment;
  const char *directory; /* where it is started, or null */
  int input;             /* its standard input; negative: /dev/null */
  int output, error;     /* its standard output and error */
  int has_user;          /* whether the next four count */
  uint32_t user, group;
  const uint32_t *groups;
  size_t group_count;
  int default_pipe; /* whether SIGPIPE gets its default action */
  sigset_t mask;    /* its blocked signals */
};

/* What a launch was about to do when it failed. */
enum clinux_step { CLINUX_FORK, CLINUX_SESSION, CLINUX_OUTPUT, CLINUX_USER, CLINUX_DIRECTORY, CLINUX_EXEC };

/* In the child: only calls that are safe after fork(2), then the program. */
static inline int clinux_become(const struct clinux_launch *launch, enum clinux_step *step) {
  *step = CLINUX_SESSION;
  if (setsid() < 0) return errno;
  *step = CLINUX_OUTPUT;
  int input = launch->input < 0 ? open("/dev/null", O_RDONLY) : launch->input;
  if (input < 0 || dup2(input, 0) < 0) return errno;
  if (dup2(launch->output, 1) < 0 || dup2(launch->error, 2) < 0) return errno;
  /* Whatever the supervisor was started with is not the service's: close_range(2), Linux 5.11. */
  syscall(436 /* SYS_close_range */, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
  *step = CLINUX_USER;
  /* Raw calls: those of the C library tell other threads, of which there are none here. */
  if (launch->has_user) {
    if (syscall(SYS_setgroups, launch->group_count, launch->groups) < 0) return errno;
    if (syscall(SYS_setresgid, launch->group, launch->group, launch->group) < 0) return errno;
    if (syscall(SYS_setresuid, launch->user, launch->user, launch->user) < 0) return errno;
  }
  *step = CLINUX_DIRECTORY;
  if (launch->directory && chdir(launch->directory) < 0) return errno;
  *step = CLINUX_EXEC;
  signal(SIGPIPE, launch->default_pipe ? SIG_DFL : SIG_IGN);
  sigprocmask(SIG_SETMASK, &launch->mask, 0);
  environ = (char **)launch->environment;
  execvp(launch->arguments[0], launch->arguments);
  return errno;
}

/* Starts it. Its number once the program runs; else -errno, the step in *step, and nothing is left
   of it. */
static inline int clinux_start(const struct clinux_launch *launch, int *step) {
  int ends[2], answer[2] = {0, CLINUX_FORK};
  *step = CLINUX_FORK;
  if (syscall(SYS_pipe2, ends, O_CLOEXEC) < 0) return -errno;
  pid_t child = fork();
  if (child == 0) {
    enum clinux_step at = CLINUX_SESSION;
    answer[0] = clinux_become(launch, &at);
    answer[1] = (int)at;
    ssize_t ignored = write(ends[1], answer, sizeof answer);
    (void)ignored;
    _exit(127);
  }
  int failure = child < 0 ? errno : 0;
  close(ends[1]);
  ssize_t count = 0;
  if (child > 0) {
    /* Ends without a word when exec(2) closes the pipe. */
    do count = read(ends[0], answer, sizeof answer); while (count < 0 && errno == EINTR);
  }
  close(ends[0]);
  if (child < 0) return -failure;
  if (count != (ssize_t)sizeof answer) return child;
  while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
  *step = answer[1];
  return -answer[0];
}

/* A file in memory, for what is too long for a pipe; memfd_create(2). */
static inline int clinux_memory_file(const char *name) {
  return clinux_result(syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */));
}

/* A listening Unix socket at path, for its owner alone from the first moment on. */
static inline int clinux_unix_listen(const char *path) {
  struct sockaddr_un address;
  int wrong = clinux_unix_address(path, &address);
  if (wrong) return wrong;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  mode_t before = umask(0177);
  int r = bind(fd, (struct sockaddr *)&address, sizeof address);
  umask(before);
  if (r == 0) r = listen(fd, 128);
  if (r == 0) return fd;
  r = -errno;
  close(fd);
  return r;
}
/* A connection to the socket at path. */
static inline int clinux_unix_connect(const char *path) {
  struct sockaddr_un address;
  int wrong = clinux_unix_address(path, &address);
  if (wrong) return wrong;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int r = -errno;
  close(fd);
  return r;
}
/* The next client, or -EAGAIN. */
static inline int clinux_accept(int fd) {
  return clinux_result(syscall(SYS_accept4, fd, (void *)0, (void *)0, SOCK_CLOEXEC | SOCK_NONBLOCK));
}
/* Who is at the other end, as of connect(2) or listen(2); SO_PEERCRED of unix(7). */
static inline int clinux_peer(int fd, int *pid, uint32_t *user) {
  struct { int pid; uint32_t user, group; } peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -errno;
  *pid = peer.pid;
  *user = peer.user;
  return 0;
}
/* write(2) that neither waits nor ends the program. */
static inline long clinux_send(int fd, const void *bytes, size_t size) {
  ssize_t r = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  return r < 0 ? -errno : r;
}
static inline int clinux_inotify(void) {
  return clinux_result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}
static inline int clinux_watch(int fd, const char *path, uint32_t events) {
  return clinux_result(inotify_add_watch(fd, path, events));
}
/* A file for appending that is no link and not the controlling terminal: a regular file or a
   character device, for anything else could keep whoever opens it waiting. */
static inline int clinux_append(const char *path, unsigned mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK,
                (mode_t)mode);
  if (fd < 0) return -errno;
  struct stat facts;
  int r = fstat(fd, &facts) < 0 ? -errno : 0;
  if (r == 0 && !S_ISREG(facts.st_mode) && !S_ISCHR(facts.st_mode)) r = -EINVAL;
  if (r == 0 && fcntl(fd, F_SETFL, O_APPEND) < 0) r = -errno;
  if (r == 0) return fd;
  close(fd);
  return r;
}
#endif
