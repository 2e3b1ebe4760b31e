/*
 * The template machine (simulator/xs/host/template.h) as it stands in flash: intrinsics, `host`, the bundle's names and
 * bytecode, made once by the build. The build runs this very program on the emulated board with RAM to spare, twice, at
 * two places; what differs by the distance of the two is a pointer, and is moved to where the preload stands in flash.
 */
#ifndef DORMOUSE_PRELOAD_H
#define DORMOUSE_PRELOAD_H

#include "template.h"

#define PRELOAD_MAGIC 0x31504d44 /* "DMP1" */

typedef struct {
  uint32_t magic;
  Template template;
} Preload;

/* Behind the program in flash. */
extern const Preload __preload;

/* What stands at WORKSHOP_BASE when the build runs the program: this, then the bundle's source. */
typedef struct {
  uint32_t magic;
  uint32_t length;
  uintptr_t place; /* where to make the template */
} WorkOrder;

/* Makes the template and sends it down the serial line; or a sentence that says why not. */
void preloadMake(void) __attribute__((noreturn));

/* Memory for the parts of the template while it is made; NULL: no more. */
typedef enum { PLACE_TABLES, PLACE_SLOTS, PLACE_CHUNKS, PLACE_STACK, PLACE_CODE, PLACE_COUNT } Place;
void *preloadPlace(Place place, size_t size);
/* The last of them is the C heap of the making, where the bundle's code is left. */
#define PRELOAD_HEAP 0x00b00000

#endif
