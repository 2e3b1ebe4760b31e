/* The device bundle as bytecode that every machine runs in place, as from flash. */
#ifndef DORMOUSE_COMPILE_H
#define DORMOUSE_COMPILE_H

#include "xsAll.h"
#include "xsScript.h"

/* Parses the source on `the`, interns its names there and returns the script; NULL with a sentence in `why`. */
txScript* compileBundle(txMachine* the, char* source, txSize length, char* why, size_t whySize);
void freeBundle(txScript* script);

#endif
