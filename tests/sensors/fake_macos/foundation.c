/* The part of CoreFoundation that mlxtop calls. */

#define _GNU_SOURCE
#include "fake.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define UTF8 0x08000100u
#define XML 100

uint32_t misuse = 0;
uint32_t objects = 0;       /* living now */
uint32_t objects_made = 0;
uint32_t no_string = 0;     /* CFStringCreateWithCString answers NULL */
uint32_t no_data = 0;       /* CFPropertyListCreateData answers NULL */
uint32_t no_bytes = 0;      /* CFDataGetBytePtr answers NULL */
int64_t wrong_length = 0;   /* CFDataGetLength answers this where it is not 0 */

uint32_t unlocked = 0;      /* calls that had let go of the interpreter's lock */

static struct object *living = NULL;

void hold(void) {
    static int (*holds)(void) = NULL;
    if (holds == NULL) *(void **)&holds = dlsym(RTLD_DEFAULT, "PyGILState_Check");
    if (holds == NULL || !holds()) unlocked++;
}

struct object *make(enum kind kind, const void *bytes, size_t length) {
    struct object *object = malloc(sizeof *object);
    /* Exactly as long as its contents, so that a checker sees a byte read beyond them. */
    *object = (struct object){kind, 1, malloc(length), length, living};
    memcpy(object->bytes, bytes, length);
    living = object;
    objects++;
    objects_made++;
    return object;
}

static struct object *find(const void *address) {
    for (struct object *object = living; object != NULL; object = object->next)
        if (object == address) return object;
    misuse++;
    return NULL;
}

struct object *known(const void *address, enum kind kind) {
    struct object *object = find(address);
    if (object != NULL && object->kind == kind) return object;
    if (object != NULL) misuse++;
    return NULL;
}

void CFRelease(const void *address) {
    hold();
    struct object *object = find(address);
    if (object == NULL || --object->references > 0) return;
    struct object **place = &living;
    while (*place != object) place = &(*place)->next;
    *place = object->next;
    free(object->bytes);
    free(object);
    objects--;
}

const void *CFStringCreateWithCString(const void *allocator, const char *text, uint32_t encoding) {
    hold();
    if (allocator != NULL || encoding != UTF8) { misuse++; return NULL; }
    return no_string ? NULL : make(STRING, text, strlen(text) + 1);
}

const void *CFPropertyListCreateData(
    const void *allocator, const void *list, long format, unsigned long options, void *error) {
    hold();
    struct object *value = known(list, VALUE);
    if (allocator != NULL || format != XML || options != 0 || error != NULL) misuse++;
    return value == NULL || no_data ? NULL : make(DATA, value->bytes, value->length);
}

long CFDataGetLength(const void *data) {
    hold();
    struct object *object = known(data, DATA);
    return object == NULL ? 0 : wrong_length != 0 ? (long)wrong_length : (long)object->length;
}

const unsigned char *CFDataGetBytePtr(const void *data) {
    hold();
    struct object *object = known(data, DATA);
    return object == NULL || no_bytes ? NULL : object->bytes;
}
