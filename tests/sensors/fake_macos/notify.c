/* notify(3), as far as it reads a state. */

#include "fake.h"
#include <string.h>

#define FAILED 9

uint32_t registrations = 0;
uint32_t register_status = 0;
uint32_t state_status = 0;
uint64_t posted = 0;
static const int TOKEN = 7;

uint32_t notify_register_check(const char *name, int *token) {
    if (strcmp(name, "com.apple.system.thermalpressurelevel") != 0) return FAILED;
    if (register_status != 0) return register_status;
    registrations++;
    *token = TOKEN;
    return 0;
}

uint32_t notify_get_state(int token, uint64_t *state) {
    if (token != TOKEN || registrations == 0) { misuse++; return FAILED; }
    if (state_status == 0) *state = posted;
    return state_status;
}

uint32_t notify_cancel(int token) {
    if (token != TOKEN || registrations == 0) { misuse++; return FAILED; }
    registrations--;
    return 0;
}
