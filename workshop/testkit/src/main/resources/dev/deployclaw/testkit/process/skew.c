/*
 * A wall clock that is off by a settable amount, for one process: preload the shared object and
 * name, in DEPLOYCLAW_SKEW_FILE, a file of eight bytes that holds the offset in nanoseconds. The
 * file is mapped, so a write to it moves the clock of the running process. The monotonic clock is
 * left alone. The raw system call is used since resolving the real functions allocates, and
 * allocators ask for the time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NANOS 1000000000LL

static const volatile int64_t *offset;

__attribute__((constructor)) static void map_offset(void) {
  const char *name = getenv("DEPLOYCLAW_SKEW_FILE");
  int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *page = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) offset = page;
  close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = syscall(SYS_clock_gettime, clock, now);
  int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (failed || !wall || !offset) return failed;
  int64_t nanos = now->tv_sec * NANOS + now->tv_nsec + *offset;
  now->tv_sec = nanos / NANOS;
  now->tv_nsec = nanos % NANOS;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise)) return -1;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise)) return -1;
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}
