/* A Mac as the tests set it up. What is made is counted, and every wrong call is misuse. */

#include <stddef.h>
#include <stdint.h>

enum kind { STRING = 1, VALUE, DATA, MATCHING };

struct object {
    enum kind kind;
    long references;
    unsigned char *bytes;
    size_t length;
    struct object *next;
};

extern uint32_t misuse;

/* Counts a call that does not hold the interpreter's lock. */
void hold(void);

/* A new object with one reference that holds a copy of the bytes. */
struct object *make(enum kind kind, const void *bytes, size_t length);

/* The living object at an address if it is of that kind; NULL and a misuse otherwise. */
struct object *known(const void *address, enum kind kind);

void CFRelease(const void *address);
