/*
 * Frames between Node and the worker: length (4 bytes, little-endian, of what follows), type (1 byte), body.
 * Numbers are little-endian, times and counts IEEE doubles. The table is in ../README.md, Node's side in ../frames.ts.
 */
#ifndef DORMOUSE_FRAMES_H
#define DORMOUSE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX (16 * 1024 * 1024)

enum {
  FRAME_CONFIGURE = 1,
  FRAME_CREATE = 2,
  FRAME_WAKE = 3,
  FRAME_DATAGRAM = 4,
  FRAME_ALARM = 5,
  FRAME_POWER_CUT = 6,
  FRAME_REMOVE = 7,
  FRAME_DISTURB = 8,

  FRAME_READY = 0x80,
  FRAME_OK = 0x81,
  FRAME_REFUSED = 0x82,
  FRAME_SEND = 0x83,
  FRAME_TRACE = 0x84,
  FRAME_DONE = 0x85
};

/* Next frame from Node; waits for it, after sending what is buffered. 0 at the end of input. */
int nextFrame(uint8_t* type);
/* The body of that frame, piece by piece. Reading beyond its end ends the process with a message. */
uint8_t getU8(void);
uint16_t getU16(void);
uint32_t getU32(void);
double getF64(void);
const uint8_t* getBytes(size_t length);
const uint8_t* getRest(size_t* length);
/* Ends the process where the body has more than was read. */
void endBody(void);

void beginFrame(uint8_t type);
void putU8(uint8_t value);
void putU16(uint16_t value);
void putU32(uint32_t value);
void putF64(double value);
void putBytes(const uint8_t* bytes, size_t length);
/* Text of XS (CESU-8) as UTF-8. */
void putText(const char* text);
void endFrame(void);
void flushFrames(void);

/* Prints a sentence to stderr and ends the process: Node shows it. */
void fatal(const char* format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
