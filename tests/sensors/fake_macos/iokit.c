/* The part of IOKit that mlxtop calls, over a registry that the tests fill. */

#include "fake.h"
#include <stdlib.h>
#include <string.h>

#define MOST 256
/* Mach ports with the highest bit set: a handle taken for a signed number would be seen. */
#define FIRST_HANDLE 0x80000103u
#define NOT_FOUND ((int32_t)0xe00002f0)
#define BAD_ARGUMENT ((int32_t)0xe00002c2)

struct property {
    char key[64];
    unsigned char *bytes;
    size_t length;
};

struct entry {
    int parent;        /* -1 for a service, -2 for one that has gone */
    char classes[128]; /* its own and those above it, ":" between them */
    uint64_t id;
    struct property properties[96];
    int count;
};

struct handle {
    int kind; /* 0 free, 1 an entry, 2 an iterator */
    int entry;
    int found[MOST];
    int length, next, valid;
};

static struct entry entries[MOST];
static int entry_count = 0;
static struct handle handles[MOST];
uint32_t handles_open = 0;
uint32_t handles_made = 0;
int32_t matching_result = 0;
int32_t children_result = 0;
int32_t id_result = 0;
uint32_t no_matching = 0; /* IOServiceMatching answers NULL */
uint32_t no_iterator = 0; /* success, but an iterator of 0 */
uint32_t invalidate = 0;  /* so many times an iterator ends early and is not valid */

int fake_entry(int parent, const char *classes, uint64_t id) {
    struct entry *entry = &entries[entry_count];
    entry->parent = parent;
    strncpy(entry->classes, classes, sizeof entry->classes - 1);
    entry->id = id;
    return entry_count++;
}

void fake_property(int number, const char *key, const void *bytes, size_t length) {
    struct entry *entry = &entries[number];
    int place = 0;
    while (place < entry->count && strcmp(entry->properties[place].key, key) != 0) place++;
    struct property *property = &entry->properties[place];
    if (place == entry->count) {
        entry->count++;
        strncpy(property->key, key, sizeof property->key - 1);
    }
    free(property->bytes);
    property->bytes = malloc(length);
    memcpy(property->bytes, bytes, length);
    property->length = length;
}

void fake_gone(int number) { entries[number].parent = -2; }

static int conforms(const struct entry *entry, const char *name) {
    char classes[sizeof entry->classes];
    memcpy(classes, entry->classes, sizeof classes);
    for (char *one = strtok(classes, ":"); one != NULL; one = strtok(NULL, ":"))
        if (strcmp(one, name) == 0) return 1;
    return 0;
}

static uint32_t open_handle(int kind, int entry) {
    for (uint32_t place = 0; place < MOST; place++) {
        if (handles[place].kind != 0) continue;
        handles[place] = (struct handle){.kind = kind, .entry = entry, .valid = 1};
        handles_open++;
        handles_made++;
        return FIRST_HANDLE + place;
    }
    abort();
}

static struct handle *open_as(uint32_t name, int kind) {
    uint32_t place = name - FIRST_HANDLE;
    if (place < MOST && handles[place].kind != 0 && (kind == 0 || handles[place].kind == kind))
        return &handles[place];
    misuse++;
    return NULL;
}

static uint32_t iterate(int parent, const char *class_name) {
    uint32_t name = open_handle(2, -1);
    struct handle *iterator = &handles[name - FIRST_HANDLE];
    for (int number = 0; number < entry_count; number++) {
        if (entries[number].parent != parent) continue;
        if (class_name != NULL && !conforms(&entries[number], class_name)) continue;
        iterator->found[iterator->length++] = number;
    }
    return name;
}

const void *IOServiceMatching(const char *name) {
    hold();
    return no_matching ? NULL : make(MATCHING, name, strlen(name) + 1);
}

int32_t IOServiceGetMatchingServices(uint32_t port, const void *matching, uint32_t *iterator) {
    hold();
    struct object *wanted = known(matching, MATCHING);
    if (wanted == NULL || port != 0) { misuse++; return BAD_ARGUMENT; }
    if (matching_result == 0)
        *iterator = no_iterator ? 0 : iterate(-1, (const char *)wanted->bytes);
    CFRelease(matching); /* taken over in any case */
    return matching_result;
}

int32_t IORegistryEntryGetChildIterator(uint32_t name, const char *plane, uint32_t *iterator) {
    hold();
    struct handle *entry = open_as(name, 1);
    if (entry == NULL || strcmp(plane, "IOService") != 0) { misuse++; return BAD_ARGUMENT; }
    if (children_result == 0) *iterator = no_iterator ? 0 : iterate(entry->entry, NULL);
    return children_result;
}

uint32_t IOIteratorNext(uint32_t name) {
    hold();
    struct handle *iterator = open_as(name, 2);
    if (iterator == NULL) return 0;
    if (invalidate > 0 && iterator->valid && iterator->next > 0) {
        invalidate--;
        iterator->valid = 0;
    }
    if (!iterator->valid || iterator->next == iterator->length) return 0;
    return open_handle(1, iterator->found[iterator->next++]);
}

int IOIteratorIsValid(uint32_t name) {
    hold();
    struct handle *iterator = open_as(name, 2);
    return iterator != NULL && iterator->valid;
}

void IOIteratorReset(uint32_t name) {
    hold();
    struct handle *iterator = open_as(name, 2);
    if (iterator != NULL) iterator->next = 0, iterator->valid = 1;
}

int IOObjectConformsTo(uint32_t name, const char *class_name) {
    hold();
    struct handle *entry = open_as(name, 1);
    return entry != NULL && conforms(&entries[entry->entry], class_name);
}

int32_t IOObjectRelease(uint32_t name) {
    hold();
    struct handle *handle = open_as(name, 0);
    if (handle == NULL) return BAD_ARGUMENT;
    handle->kind = 0;
    handles_open--;
    return 0;
}

int32_t IORegistryEntryGetRegistryEntryID(uint32_t name, uint64_t *id) {
    hold();
    struct handle *entry = open_as(name, 1);
    if (entry == NULL) return BAD_ARGUMENT;
    if (id_result == 0) *id = entries[entry->entry].id;
    return id_result;
}

const void *IORegistryEntryCreateCFProperty(
    uint32_t name, const void *key, const void *allocator, uint32_t options) {
    hold();
    struct handle *handle = open_as(name, 1);
    struct object *wanted = known(key, STRING);
    if (handle == NULL || wanted == NULL) return NULL;
    if (allocator != NULL || options != 0) misuse++;
    struct entry *entry = &entries[handle->entry];
    for (int place = 0; place < entry->count; place++) {
        struct property *property = &entry->properties[place];
        if (strcmp(property->key, (const char *)wanted->bytes) == 0)
            return make(VALUE, property->bytes, property->length);
    }
    return NULL;
}
