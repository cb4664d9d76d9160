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
char name[64];
unsigned char value[4096];
size_t value_length = 0;

uint32_t mach_host_self(void) { return PORT; }

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
    if (strcmp(asked, name) != 0) { errno = ENOENT; return -1; }
    if (*length < value_length) { errno = ENOMEM; return -1; }
    memcpy(old, value, value_length);
    *length = value_length;
    return 0;
}
