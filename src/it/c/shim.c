/*
 * Storage faults on order, for a process started with LD_PRELOAD=shim.so FAULT_SHIM_ORDERS=FILE. With FAULT_SHIM_LANGUAGE set
 * it also names every error in a language that nobody speaks: error 28 is "Fehler <28>".
 *
 * FILE is mapped and shared with the test that writes it, so an order holds from the moment it is armed, in every thread
 * and process, and the counts in it are exact. Native byte order:
 *
 *      0 magic:u64   8 armed:u64 (bit per call that some armed order names)   16 processes:u64   24 zeros up to 64
 *     64 + 512 n:    an order
 *        0 id:u64 (0: not armed)   8 calls:u64 (bits)   16 effect:u64   24 value:i64   32 skip:i64   40 times:i64 (0: no limit)
 *       48 seen:u64   56 strikes:u64   64 held:u64   72 zeros   128 glob:char[384], ended by a zero
 *
 * A call matches an order if its bit is set and the path of its file matches the glob (`*` matches slashes, too). Orders are
 * looked at by number: a delay or a hang holds the calling thread and lets the next order have its say, an error or a short
 * write is the end of it. The path is what the descriptor has now, by /proc/self/fd; for msync what is mapped there; for
 * rename the new name.
 *
 * No locks, no signals, nothing kept between calls: any thread may be in here at any time. Without an armed order a call
 * costs one load more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0x314d494853544f53ULL
#define ORDERS 256
#define HOLD_STEP_MS 2

/* The numbers are those of the test's enums, in order. */
enum call { FSYNC, FDATASYNC, MSYNC, WRITE, PWRITE, PREAD, FTRUNCATE, CREATE, RENAME, UNLINK };
enum effect { ERROR, SHORT, DELAY, HANG };

struct order {
    _Atomic uint64_t id;
    uint64_t calls;
    uint64_t effect;
    int64_t value;
    int64_t skip;
    int64_t times;
    _Atomic uint64_t seen;
    _Atomic uint64_t strikes;
    _Atomic uint64_t held;
    uint64_t zeros[7];
    char glob[384];
};

struct table {
    uint64_t magic;
    _Atomic uint64_t armed;
    _Atomic uint64_t processes;
    uint64_t zeros[5];
    struct order orders[ORDERS];
};

_Static_assert(sizeof(struct order) == 512 && offsetof(struct table, orders) == 64, "the layout described above");

static struct table *table;

/* What to do instead of the call: nothing, or fail, or write less. */
struct verdict {
    int error;
    int64_t most;
};

__attribute__((constructor)) static void load(void) {
    const char *file = getenv("FAULT_SHIM_ORDERS");
    if (file == NULL) {
        return;
    }
    int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED || ((struct table *)at)->magic != MAGIC) {
        fprintf(stderr, "shim: %s can't be used as a table of orders\n", file);
        _exit(120);
    }
    syscall(SYS_close, fd);
    table = at;
    atomic_fetch_add(&table->processes, 1);
}

static int armed(enum call call) {
    return table != NULL && (atomic_load_explicit(&table->armed, memory_order_acquire) >> call & 1);
}

static void hold(struct order *order, uint64_t id) {
    struct timespec now, end, step = {0, HOLD_STEP_MS * 1000000L};
    int64_t ms = order->value;
    int forever = order->effect == HANG;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += ms % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    atomic_fetch_add(&order->held, 1);
    while (atomic_load(&order->id) == id) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (!forever && (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))) {
            break;
        }
        nanosleep(&step, NULL); /* a signal only makes it look at the order sooner */
    }
    atomic_fetch_sub(&order->held, 1);
}

static struct verdict judge(enum call call, const char *path) {
    struct verdict verdict = {0, INT64_MAX};
    for (int i = 0; i < ORDERS; i++) {
        struct order *order = &table->orders[i];
        uint64_t id = atomic_load(&order->id);
        if (id == 0 || !(order->calls >> call & 1) || fnmatch(order->glob, path, 0) != 0) {
            continue;
        }
        int64_t seen = (int64_t)atomic_fetch_add(&order->seen, 1);
        if (seen < order->skip || (order->times > 0 && seen >= order->skip + order->times)) {
            continue;
        }
        atomic_fetch_add(&order->strikes, 1);
        switch (order->effect) {
        case ERROR:
            verdict.error = (int)order->value;
            return verdict;
        case SHORT:
            verdict.most = order->value;
            return verdict;
        default:
            hold(order, id);
        }
    }
    return verdict;
}

static struct verdict judge_fd(enum call call, int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return (struct verdict){0, INT64_MAX};
    }
    path[length] = 0;
    return judge(call, path);
}

static struct verdict judge_mapping(uintptr_t address) {
    char line[PATH_MAX + 128], path[PATH_MAX] = "";
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %4095[^\n]", &from, &to, path) >= 2 && from <= address && address < to) {
            break;
        }
        path[0] = 0;
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return judge(MSYNC, path);
}

static struct verdict judge_path(enum call call, const char *path) {
    char whole[2 * PATH_MAX + 2];
    if (path[0] == '/' || getcwd(whole, PATH_MAX) == NULL) {
        return judge(call, path);
    }
    strcat(whole, "/");
    strncat(whole, path, PATH_MAX);
    return judge(call, whole);
}

#define UNLESS_ORDERED(call, verdict_of)                                                                               \
    struct verdict verdict = {0, INT64_MAX};                                                                           \
    if (armed(call)) {                                                                                                 \
        int before = errno;                                                                                            \
        verdict = verdict_of;                                                                                          \
        errno = before;                                                                                                \
        if (verdict.error != 0) {                                                                                      \
            errno = verdict.error;                                                                                     \
            return -1;                                                                                                 \
        }                                                                                                              \
    }

static size_t at_most(size_t count, struct verdict verdict) {
    return (uint64_t)verdict.most < count ? (size_t)verdict.most : count;
}

int fsync(int fd) {
    UNLESS_ORDERED(FSYNC, judge_fd(FSYNC, fd))
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    UNLESS_ORDERED(FDATASYNC, judge_fd(FDATASYNC, fd))
    return (int)syscall(SYS_fdatasync, fd);
}

int msync(void *address, size_t length, int flags) {
    UNLESS_ORDERED(MSYNC, judge_mapping((uintptr_t)address))
    return (int)syscall(SYS_msync, address, length, flags);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    UNLESS_ORDERED(WRITE, judge_fd(WRITE, fd))
    return syscall(SYS_write, fd, bytes, at_most(count, verdict));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    UNLESS_ORDERED(PWRITE, judge_fd(PWRITE, fd))
    return syscall(SYS_pwrite64, fd, bytes, at_most(count, verdict), offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return pwrite64(fd, bytes, count, offset);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset) {
    UNLESS_ORDERED(PREAD, judge_fd(PREAD, fd))
    return syscall(SYS_pread64, fd, bytes, at_most(count, verdict), offset);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t offset) {
    return pread64(fd, bytes, count, offset);
}

int ftruncate64(int fd, off64_t length) {
    UNLESS_ORDERED(FTRUNCATE, judge_fd(FTRUNCATE, fd))
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length) {
    return ftruncate64(fd, length);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (flags & O_CREAT) {
        UNLESS_ORDERED(CREATE, judge_path(CREATE, path))
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open64(path, flags, mode);
}

int rename(const char *from, const char *to) {
    UNLESS_ORDERED(RENAME, judge_path(RENAME, to))
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    UNLESS_ORDERED(UNLINK, judge_path(UNLINK, path))
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* What Java asks for an error's text. */
int __xpg_strerror_r(int error, char *text, size_t size) {
    char own[256];
    if (getenv("FAULT_SHIM_LANGUAGE") != NULL) {
        snprintf(text, size, "Fehler <%d>", error);
    } else {
        snprintf(text, size, "%s", strerror_r(error, own, sizeof own));
    }
    return 0;
}
