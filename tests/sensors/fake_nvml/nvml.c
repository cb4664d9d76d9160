/* Two NVIDIA GPUs: the first tells everything, the second says NotSupported to most. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, LOST = 15, DRIVER_NOT_LOADED = 9 };

static int gpus[2];
static int part; /* a MIG instance of the second */
int opened = 0;  /* bit 0 the first GPU, bit 1 the second: which were asked for */
uint32_t cores = 16896; /* of the first */
uint32_t count = 2;
int init_result = OK;
int failure = OK; /* what every reading answers where it is not OK */
int no_temperature_v = 0;
uint32_t busy = 97;
uint64_t reasons = 0x4;

static int first_only(const int *gpu) {
    if (gpu != &gpus[0] && gpu != &gpus[1]) return INVALID;
    return failure != OK ? failure : gpu == &gpus[0] ? OK : NOT_SUPPORTED;
}

int nvmlInitWithFlags(unsigned flags) { return flags == 0 ? init_result : INVALID; }

const char *nvmlErrorString(int result) { return result == LOST ? "GPU is lost" : "an error"; }

int nvmlDeviceGetCount_v2(uint32_t *answer) { *answer = count; return OK; }

int nvmlDeviceGetHandleByIndex_v2(uint32_t index, int **gpu) {
    if (index >= 2) return LOST;
    opened |= 1 << index;
    *gpu = &gpus[index];
    return OK;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, int **gpu) {
    if (strcmp(address, "0000:01:00.0") && strcmp(address, "0000:41:00.0")) return INVALID;
    return nvmlDeviceGetHandleByIndex_v2(address[5] == '4', gpu);
}

int nvmlDeviceGetHandleByUUID(const char *uuid, int **gpu) {
    if (strcmp(uuid, "MIG-5c89852c")) return INVALID;
    *gpu = &part;
    return OK;
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(int *mig, int **gpu) {
    if (mig != &part) return INVALID;
    *gpu = &gpus[1];
    return OK;
}

int nvmlDeviceGetUUID(int *gpu, char *uuid, unsigned length) {
    strncpy(uuid, gpu == &gpus[0] ? "GPU-aa8932f9-37d7" : "GPU-bb112233-0000", length);
    return OK;
}

struct pci { char legacy[16]; uint32_t domain, bus, device, id, subsystem; char address[32]; };

int nvmlDeviceGetPciInfo_v3(int *gpu, struct pci *answer) {
    snprintf(answer->address, 32, "00000000:%d1:00.0", gpu == &gpus[0] ? 0 : 4);
    return OK;
}

int nvmlDeviceGetNumGpuCores(int *gpu, uint32_t *answer) {
    *answer = gpu == &gpus[0] ? cores : 6144;
    return OK;
}

int nvmlDeviceGetName(int *gpu, char *name, unsigned length) {
    strncpy(name, gpu == &gpus[0] ? "NVIDIA H200" : "NVIDIA GB10", length);
    return OK;
}

int nvmlDeviceGetUtilizationRates(int *gpu, uint32_t answer[2]) {
    answer[0] = busy;
    answer[1] = 50;
    return first_only(gpu) == NOT_SUPPORTED ? OK : first_only(gpu);
}

int nvmlDeviceGetMemoryInfo(int *gpu, uint64_t answer[3]) {
    if (gpu == &part) {
        answer[0] = 20000000000, answer[1] = 15000000000, answer[2] = 5000000000;
        return OK;
    }
    answer[0] = 150754820096, answer[1] = 100000000000, answer[2] = 50754820096;
    return first_only(gpu);
}

int nvmlDeviceGetPowerUsage(int *gpu, uint32_t *milliwatts) {
    *milliwatts = 612345;
    return first_only(gpu);
}

struct temperature { uint32_t version; int32_t sensor, celsius; };

int nvmlDeviceGetTemperatureV(int *gpu, struct temperature *answer) {
    if (answer->version != 0x100000C || answer->sensor != 0) return INVALID;
    answer->celsius = 61;
    return no_temperature_v ? NOT_SUPPORTED : first_only(gpu);
}

int nvmlDeviceGetTemperature(int *gpu, int sensor, uint32_t *celsius) {
    *celsius = 60;
    return sensor != 0 ? INVALID : first_only(gpu);
}

int nvmlDeviceGetClockInfo(int *gpu, int kind, uint32_t *megahertz) {
    *megahertz = kind == 1 ? 1980 : 3201;
    return first_only(gpu);
}

int nvmlDeviceGetMaxClockInfo(int *gpu, int kind, uint32_t *megahertz) {
    *megahertz = 1980;
    return kind == 1 ? OK : nvmlDeviceGetClockInfo(gpu, kind, megahertz);
}

int nvmlDeviceGetMemoryBusWidth(int *gpu, uint32_t *bits) {
    *bits = 6144;
    return first_only(gpu);
}

int nvmlDeviceGetCurrentClocksThrottleReasons(int *gpu, uint64_t *answer) {
    *answer = reasons;
    return first_only(gpu);
}
