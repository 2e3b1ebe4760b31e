/* The host's calls into the device's script. Callers know the machine as txMachine or xsMachine: both name it opaquely. */
#ifndef DORMOUSE_CALLS_H
#define DORMOUSE_CALLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __XSALL__
#define MACHINE txMachine
#else
#define MACHINE xsMachine
#endif

#define EXCEPTION_TEXT 3900

typedef struct {
  const uint8_t* bytes;
  size_t length;
} Datagram;

/* host.on.datagram(bytes) and host.on.alarm(), where the device set them. */
void callDatagram(MACHINE* the, void* datagram);
void callAlarm(MACHINE* the, void* unused);

/* The pending exception as text into a buffer of EXCEPTION_TEXT bytes: with its stack where it has one. */
void exceptionText(MACHINE* the, void* buffer);

/* Builds the global `host`. */
void installHost(MACHINE* the);

#endif
