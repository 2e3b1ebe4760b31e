/* The machine that all others are clones of: intrinsics, `host`, the bundle's names and its bytecode. A board has it in flash. */
#ifndef DORMOUSE_TEMPLATE_H
#define DORMOUSE_TEMPLATE_H

#include "xsAll.h"
#include "xsScript.h"

#define NAME_MODULO 509 /* of both hash tables; a clone copies them */
#define SYMBOL_MODULO 127

typedef struct {
  txMachine* machine;
  txScript* bundle;
} Template;

/* What the template holds of the bundle: its code, which each clone runs, or also all that it defines when it is run. */
typedef enum { BUNDLE_CODE, BUNDLE_DEFINED } BundleState;

/* Compiles the bundle and builds the template. 0 with a sentence in `why`. */
int templateBuild(Template* template, BundleState state, char* source, size_t length, char* why, size_t whySize);
void templateFree(Template* template);

/* Runs the bundle on a machine: the body of a clone's first turn, unless the template ran it. */
void templateRun(const Template* template, txMachine* clone);

#endif
