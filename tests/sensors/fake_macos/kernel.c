/* Answers host_statistics64 and sysctlbyname as a Mac does, as the tests set it up. */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TOO_LARGE (-307)
#define PORT 0x90000103u

uint32_t kernel_count = 38;  /* words of the kernel's own structure */
int32_t result = 0;          /* returned where it is not 0 */
uint32_t calls = 0;
uint32_t too_large = 0;
uint32_t statistics[1024];
uint32_t host_calls = 0;     /* each of them adds a reference that nobody gives back */

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
    calls++;
    if (host != PORT || flavor != 4) return 4; /* KERN_INVALID_ARGUMENT */
    if (result != 0) return result;
    if (*count < kernel_count) {
        too_large++;
        *count = kernel_count;
        return TOO_LARGE;
    }
    memcpy(out, statistics, kernel_count * 4);
    *count = kernel_count;
    return 0;
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
