/* The part of Darwin's headers that tools/check_darwin.py asks about, for a machine without them. */

#pragma once
#include <stddef.h>

typedef unsigned int natural_t, mach_port_t, mach_msg_type_number_t;
typedef int kern_return_t, host_flavor_t, integer_t;
typedef unsigned char byte;
typedef unsigned long long wide; /* uint64_t */

struct vm_statistics64 {
    natural_t free_count, active_count, inactive_count, wire_count;
    wide zero_fill_count, reactivations, pageins, pageouts, faults, cow_faults, lookups, hits, purges;
    natural_t purgeable_count, speculative_count;
    wide decompressions, compressions, swapins, swapouts;
    natural_t compressor_page_count, throttled_count, external_page_count, internal_page_count;
    wide total_uncompressed_pages_in_compressor;
};
struct xsw_usage {
    wide xsu_total, xsu_avail, xsu_used;
    unsigned int xsu_pagesize;
    int xsu_encrypted;
};
struct rusage_info_v2 {
    byte ri_uuid[16];
    wide times_and_wakeups[5], ri_wired_size, ri_resident_size, ri_phys_footprint, rest[10];
};

enum { HOST_VM_INFO64 = 4, HOST_VM_INFO64_REV1_COUNT = 38, HOST_VM_INFO64_COUNT = 104 };
enum { MIG_ARRAY_TOO_LARGE = -307, RUSAGE_INFO_V2 = 2 };
enum {
    kOSThermalPressureLevelNominal,
    kOSThermalPressureLevelModerate,
    kOSThermalPressureLevelHeavy,
    kOSThermalPressureLevelTrapping,
    kOSThermalPressureLevelSleeping,
};
enum {
    DISPATCH_MEMORYPRESSURE_NORMAL = 1,
    DISPATCH_MEMORYPRESSURE_WARN = 2,
    DISPATCH_MEMORYPRESSURE_CRITICAL = 4,
};

extern "C" {
mach_port_t mach_host_self(void);
kern_return_t host_statistics64(mach_port_t, host_flavor_t, integer_t *, mach_msg_type_number_t *);
int sysctlbyname(const char *, void *, size_t *, void *, size_t);
int proc_pid_rusage(int, int, void **);
}
