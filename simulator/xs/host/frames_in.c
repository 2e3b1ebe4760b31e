/* Frames from Node. */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t* buffer;
static size_t capacity, start, end; /* unread bytes are between start and end */
static size_t bodyOffset, bodyEnd;

/* Makes `need` bytes available at `start`. 0 at a clean end of input. */
static int fill(size_t need) {
  while (end - start < need) {
    ssize_t count;
    if (start > 0) {
      memmove(buffer, buffer + start, end - start);
      end -= start;
      start = 0;
    }
    if (capacity < need || capacity - end < 4096) {
      size_t larger = need + 65536;
      if (larger < capacity)
        larger = capacity;
      if (larger > capacity && !(buffer = realloc(buffer, larger)))
        fatal("no memory for a frame of %zu bytes", need);
      capacity = larger;
    }
    flushFrames(); /* Node may wait for these before it says more */
    count = read(STDIN_FILENO, buffer + end, capacity - end);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fatal("cannot read from Node: %s", strerror(errno));
    if (count == 0) {
      if (end == start)
        return 0;
      fatal("input ends inside a frame: %zu bytes of %zu", end - start, need);
    }
    end += (size_t)count;
  }
  return 1;
}

static uint32_t u32At(const uint8_t* p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int nextFrame(uint8_t* type) {
  uint32_t length;
  start = bodyEnd;
  if (!fill(4)) {
    free(buffer);
    buffer = NULL;
    return 0;
  }
  length = u32At(buffer + start);
  if (length == 0 || length > FRAME_MAX)
    fatal("malformed frame: length %u is not between 1 and %d", length, FRAME_MAX);
  fill(4 + (size_t)length);
  *type = buffer[start + 4];
  bodyOffset = start + 5;
  bodyEnd = start + 4 + length;
  return 1;
}

const uint8_t* getBytes(size_t length) {
  const uint8_t* bytes = buffer + bodyOffset;
  if (length > bodyEnd - bodyOffset)
    fatal("malformed frame of type %u: %zu bytes are missing", buffer[start + 4], length - (bodyEnd - bodyOffset));
  bodyOffset += length;
  return bytes;
}

uint8_t getU8(void) {
  return getBytes(1)[0];
}

uint16_t getU16(void) {
  const uint8_t* p = getBytes(2);
  return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t getU32(void) {
  return u32At(getBytes(4));
}

double getF64(void) {
  double value;
  memcpy(&value, getBytes(8), 8); /* little-endian hosts only: platform.h says so too */
  return value;
}

const uint8_t* getRest(size_t* length) {
  *length = bodyEnd - bodyOffset;
  return getBytes(*length);
}

void endBody(void) {
  if (bodyOffset != bodyEnd)
    fatal("malformed frame of type %u: %zu bytes too many", buffer[start + 4], bodyEnd - bodyOffset);
}
