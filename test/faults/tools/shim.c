/*
 * Stands between a program and its C library (LD_PRELOAD) and does what a page of shared numbers says, so that a test
 * can shift the clock and break the disk of a process that runs. SHIM_PAGE names the page, SHIM_UNDER the folder whose
 * files break. The page: four 64-bit integers, see shim.ts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct page {
  int64_t shift_ms;    /* added to the wall clock */
  int64_t countdown;   /* the call that takes it to 0 breaks, and `broken - 1` after it; 0 = none */
  int64_t broken;      /* how many calls break in a row */
  int64_t done;        /* calls broken so far */
};

static struct page none;
static struct page *page = &none;
static const char *under = "";
static int (*real_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void open_page(void) {
  real_clock = dlsym(RTLD_NEXT, "clock_gettime");
  const char *name = getenv("SHIM_PAGE");
  if (getenv("SHIM_UNDER")) under = getenv("SHIM_UNDER");
  int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) page = at;
  close(fd);
}

int clock_gettime(clockid_t id, struct timespec *out) {
  if (!real_clock) real_clock = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real_clock(id, out);
  if (result == 0 && page->shift_ms && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
    int64_t ns = out->tv_nsec + (page->shift_ms % 1000) * 1000000;
    out->tv_sec += page->shift_ms / 1000 + (ns < 0 ? -1 : ns / 1000000000);
    out->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
  }
  return result;
}

int gettimeofday(struct timeval *out, void *zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

/* Databases only: a log that cannot be written is another matter. */
static int is_ours(int fd) {
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, under, strlen(under)) == 0 && strstr(path, ".sqlite");
}

static int breaks(int fd) {
  if (page->countdown == 0 || !is_ours(fd)) return 0;
  if (page->countdown > 1) {
    __atomic_sub_fetch(&page->countdown, 1, __ATOMIC_SEQ_CST);
    return 0;
  }
  if (page->broken <= 0) {
    page->countdown = 0;
    return 0;
  }
  __atomic_sub_fetch(&page->broken, 1, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&page->done, 1, __ATOMIC_SEQ_CST);
  errno = EIO;
  return 1;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t size) {
  REAL(write);
  return breaks(fd) ? -1 : real(fd, bytes, size);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  REAL(pwrite64);
  return breaks(fd) ? -1 : real(fd, bytes, size, at);
}
int fsync(int fd) {
  REAL(fsync);
  return breaks(fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  return breaks(fd) ? -1 : real(fd);
}
