/* Answers host_statistics64 and sysctlbyname as a Mac does, as the tests set it up. */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TOO_LARGE (-307)
#define PORT 0x90000103u

#define ARGUMENT 4 /* KERN_INVALID_ARGUMENT */
#define FAILURE 5  /* KERN_FAILURE */
#define WINDOW 1000000000ull /* nanoseconds */
#define FEWEST 2
#define MOST 10
#define CORES 8

uint32_t kernel_count = 38;  /* words of the kernel's own structure */
uint32_t wide_copies = 0;    /* only copies are as wide, as on macOS 27: an answer of its own fits */
int32_t result = 0;          /* returned where it is not 0 */
uint32_t calls = 0;
uint32_t fresh = 0;          /* of those, the ones that were not answered with a copy */
uint32_t too_large = 0;
uint32_t statistics[1024];
uint32_t cpu_ticks[CORES][4]; /* user, system, idle, nice */
uint32_t host_calls = 0;     /* each of them adds a reference that nobody gives back */
uint64_t nanoseconds = 1000 * WINDOW; /* since the start */
uint64_t drawn = 1;          /* the state of what is drawn at random */

/* Programs that are not Apple's own are answered a few times a second, all together, for each
   flavour and revision by itself (osfmk/kern/host.c of xnu: rate_limit_host_statistics). */
struct cache {
    uint64_t since;
    uint64_t requests, most;
    uint32_t words[1024];
};
static const uint32_t REVISIONS[] = {24, 38, 40, 62, 66, 70, 104};
enum { LAST = 6, CPU_LOAD, CACHES };
static struct cache caches[CACHES];

static struct cache *revision(uint32_t count) {
    int place = 0;
    while (place < LAST && count >= REVISIONS[place + 1]) place++;
    return &caches[place];
}

static int limited(struct cache *cache) {
    calls++;
    if (cache->since != 0 && cache->since > nanoseconds - WINDOW) {
        if (cache->requests++ >= cache->most) return 1;
    } else {
        drawn = drawn * 6364136223846793005ull + 1442695040888963407ull;
        cache->requests = 1;
        cache->most = (drawn >> 33) % (MOST - FEWEST + 1) + FEWEST;
        cache->since = nanoseconds;
    }
    fresh++;
    return 0;
}

struct value {
    char name[64];
    unsigned char bytes[4096];
    size_t length;
};
static struct value values[32];
static int value_count = 0;

void fake_sysctl(const char *name, const void *bytes, size_t length) {
    int place = 0;
    while (place < value_count && strcmp(values[place].name, name) != 0) place++;
    if (place == value_count) value_count++;
    strncpy(values[place].name, name, sizeof values[place].name - 1);
    memcpy(values[place].bytes, bytes, length);
    values[place].length = length;
}

uint32_t mach_host_self(void) { host_calls++; return PORT; }

int32_t host_statistics64(uint32_t host, int32_t flavor, void *out, uint32_t *count) {
    if (host != PORT || flavor != 4) return ARGUMENT;
    if (*count < REVISIONS[0]) return FAILURE;
    struct cache *cache = revision(*count);
    int copy = limited(cache);
    if (result != 0) return result;
    uint32_t words = kernel_count;
    if (wide_copies && !copy) words = *count < words ? REVISIONS[cache - caches] : words;
    if (*count < words) {
        too_large++;
        *count = words;
        return TOO_LARGE;
    }
    if (!copy) memcpy(cache->words, statistics, words * 4);
    memcpy(out, cache->words, words * 4);
    *count = words;
    return 0;
}

/* The sum over all cores: what psutil reads for it. */
int32_t host_statistics(uint32_t host, int32_t flavor, void *out, uint32_t *count) {
    struct cache *cache = &caches[CPU_LOAD];
    if (host != PORT || flavor != 3) return ARGUMENT;
    if (*count < 4) return FAILURE;
    if (!limited(cache)) {
        memset(cache->words, 0, sizeof cache->words);
        for (int core = 0; core < CORES; core++)
            for (int state = 0; state < 4; state++) cache->words[state] += cpu_ticks[core][state];
    }
    memcpy(out, cache->words, 16);
    *count = 4;
    return 0;
}

/* Core by core; nothing limits it. What is handed out is not asked back here. */
int32_t host_processor_info(
    uint32_t host, int32_t flavor, uint32_t *cores, void **out, uint32_t *count) {
    if (host != PORT || flavor != 2) return ARGUMENT;
    *cores = CORES;
    *out = cpu_ticks;
    *count = CORES * 4;
    return 0;
}

/* What the system charges processes with; one it was not told of is another user's. */
static struct { int pid; uint64_t bytes; } footprints[16];
static int footprint_count = 0;

void fake_footprint(int pid, uint64_t bytes) {
    footprints[footprint_count].pid = pid;
    footprints[footprint_count++].bytes = bytes;
}

int proc_pid_rusage(int pid, int flavor, void *out) {
    if (flavor != 2 || out == NULL) { errno = EINVAL; return -1; } /* RUSAGE_INFO_V2 */
    for (int place = footprint_count - 1; place >= 0; place--) {
        if (footprints[place].pid != pid) continue;
        memset(out, 0xEE, 160); /* sizeof (struct rusage_info_v2) */
        memcpy((char *)out + 72, &footprints[place].bytes, 8); /* ri_phys_footprint */
        return 0;
    }
    errno = EPERM;
    return -1;
}

int sysctlbyname(const char *asked, void *old, size_t *length, void *fresh, size_t fresh_length) {
    if (fresh != NULL || fresh_length != 0) { errno = EPERM; return -1; }
    for (int place = 0; place < value_count; place++) {
        struct value *value = &values[place];
        if (strcmp(asked, value->name) != 0) continue;
        if (*length < value->length) { errno = ENOMEM; return -1; }
        memcpy(old, value->bytes, value->length);
        *length = value->length;
        return 0;
    }
    errno = ENOENT;
    return -1;
}
