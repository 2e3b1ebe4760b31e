/* Frames to Node, collected and written when the worker has to wait for input. */
#include "frames.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_AT 65536

static uint8_t* buffer;
static size_t capacity, used, frameStart;

static uint8_t* room(size_t length) {
  uint8_t* place;
  if (capacity - used < length) {
    capacity = (used + length) * 2 + FLUSH_AT;
    if (!(buffer = realloc(buffer, capacity)))
      fatal("no memory for a frame of %zu bytes", length);
  }
  place = buffer + used;
  used += length;
  return place;
}

void beginFrame(uint8_t type) {
  frameStart = used;
  room(4);
  putU8(type);
}

void putU8(uint8_t value) {
  *room(1) = value;
}

void putU16(uint16_t value) {
  uint8_t* p = room(2);
  p[0] = (uint8_t)value;
  p[1] = (uint8_t)(value >> 8);
}

static void u32To(uint8_t* p, uint32_t value) {
  int index;
  for (index = 0; index < 4; index++)
    p[index] = (uint8_t)(value >> (8 * index));
}

void putU32(uint32_t value) {
  u32To(room(4), value);
}

void putF64(double value) {
  memcpy(room(8), &value, 8);
}

void putBytes(const uint8_t* bytes, size_t length) {
  if (length)
    memcpy(room(length), bytes, length);
}

/* CESU-8 writes U+0000 in two bytes and code points beyond U+FFFF as two surrogates of three bytes. */
void putText(const char* text) {
  const uint8_t* p = (const uint8_t*)text;
  while (*p) {
    if (p[0] == 0xC0 && p[1] == 0x80) {
      putU8(0);
      p += 2;
    }
    else if (p[0] == 0xED && (p[1] & 0xF0) == 0xA0 && p[2] && p[3] == 0xED && (p[4] & 0xF0) == 0xB0 && p[5]) {
      uint32_t high = ((uint32_t)(p[1] & 0x0F) << 6) | (p[2] & 0x3F);
      uint32_t low = ((uint32_t)(p[4] & 0x0F) << 6) | (p[5] & 0x3F);
      uint32_t point = 0x10000 + (high << 10) + low;
      putU8((uint8_t)(0xF0 | point >> 18));
      putU8((uint8_t)(0x80 | ((point >> 12) & 0x3F)));
      putU8((uint8_t)(0x80 | ((point >> 6) & 0x3F)));
      putU8((uint8_t)(0x80 | (point & 0x3F)));
      p += 6;
    }
    else
      putU8(*p++);
  }
}

void endFrame(void) {
  u32To(buffer + frameStart, (uint32_t)(used - frameStart - 4));
  if (used >= FLUSH_AT)
    flushFrames();
}

void flushFrames(void) {
  size_t done = 0;
  while (done < used) {
    ssize_t count = write(STDOUT_FILENO, buffer + done, used - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      exit(0); /* Node is gone */
    done += (size_t)count;
  }
  used = 0;
}

void fatal(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "dormouse-xs: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(1);
}
