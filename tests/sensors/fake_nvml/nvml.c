/* Two NVIDIA GPUs: the first tells everything, the second says NotSupported to most. */

#include <stdint.h>
#include <string.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, LOST = 15, DRIVER_NOT_LOADED = 9 };

static int gpus[2];
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
    *gpu = &gpus[index];
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
    return nvmlDeviceGetClockInfo(gpu, kind, megahertz);
}

int nvmlDeviceGetMemoryBusWidth(int *gpu, uint32_t *bits) {
    *bits = 6144;
    return first_only(gpu);
}

int nvmlDeviceGetCurrentClocksThrottleReasons(int *gpu, uint64_t *answer) {
    *answer = reasons;
    return first_only(gpu);
}
