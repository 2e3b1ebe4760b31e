/* What a board is on Linux: files for flash and retained memory, the monotonic clock, the system's randomness. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"

#define SECTOR 4096
#define UNIT 32
#define RETAINED_MAX 4096

static int flash = -1;
static size_t flashSize;

static void fail(xsMachine* the, const char* what) {
  xsUnknownError("%s: %s", what, strerror(errno));
}

/* Argument `index` of the command line; undefined behind the last. */
void xs_dormouse_lin_argument(xsMachine* the) {
  size_t index = argSize(the, 0, "index");
  if (index < (size_t)argumentCount)
    xsmcSetString(xsResult, arguments[index]);
}

/* One line to stdout, at once. */
void xs_dormouse_lin_print(xsMachine* the) {
  puts(xsmcToString(xsArg(0)));
  fflush(stdout);
}

void xs_dormouse_lin_exit(xsMachine* the) {
  exit((int)argUpTo(the, 0, "status", 255));
}

/* Microseconds of the system's monotonic clock. */
void xs_dormouse_lin_now(xsMachine* the) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  xsmcSetNumber(xsResult, (double)now.tv_sec * 1e6 + (double)(now.tv_nsec / 1000));
}

void xs_dormouse_lin_random(xsMachine* the) {
  size_t length = argUpTo(the, 0, "length", 256);
  if (getrandom(resultBytes(the, NULL, length), length, 0) != (ssize_t)length)
    fail(the, "random");
}

static void openFile(xsMachine* the, const char* path, size_t size) {
  struct stat status;
  flash = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (flash < 0 || fstat(flash, &status) != 0)
    fail(the, path);
  flashSize = size;
  if (status.st_size == 0) {
    uint8_t blank[SECTOR];
    memset(blank, 0xFF, SECTOR);
    for (size_t at = 0; at < size; at += SECTOR)
      if (pwrite(flash, blank, SECTOR, (off_t)at) != SECTOR)
        fail(the, path);
  } else if ((size_t)status.st_size != size)
    xsRangeError("%s: not a flash of %d bytes", path, (int)size);
}

/* path, bytes: opens the image, and makes an erased one where there is none. */
void xs_dormouse_lin_flash_open(xsMachine* the) {
  size_t size = argSize(the, 1, "size");
  if (size == 0 || size % SECTOR)
    xsRangeError("size: whole sectors of %d bytes", SECTOR);
  openFile(the, xsmcToString(xsArg(0)), size);
}

static void checkRange(xsMachine* the, size_t offset, size_t length, size_t unit) {
  if (flash < 0)
    xsUnknownError("flash: open it first");
  if (offset > flashSize || length > flashSize - offset || offset % unit || length % unit)
    xsRangeError("flash: %d bytes at %d are not in it, or not whole units of %d", (int)length, (int)offset, (int)unit);
}

void xs_dormouse_lin_flash_read(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, 1);
  if (pread(flash, resultBytes(the, NULL, length), length, (off_t)offset) != (ssize_t)length)
    fail(the, "flash");
}

/* NOR: a write can only clear bits. */
void xs_dormouse_lin_flash_write(xsMachine* the) {
  size_t length, offset = argSize(the, 0, "offset");
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  uint8_t unit[UNIT];
  checkRange(the, offset, length, UNIT);
  for (size_t at = 0; at < length; at += UNIT) {
    if (pread(flash, unit, UNIT, (off_t)(offset + at)) != UNIT)
      fail(the, "flash");
    for (size_t i = 0; i < UNIT; i++)
      unit[i] &= bytes[at + i];
    if (memcmp(unit, bytes + at, UNIT) != 0)
      xsRangeError("flash: a write at %d would set a bit", (int)(offset + at));
    if (pwrite(flash, unit, UNIT, (off_t)(offset + at)) != UNIT)
      fail(the, "flash");
  }
}

void xs_dormouse_lin_flash_erase(xsMachine* the) {
  uint8_t blank[SECTOR];
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, SECTOR);
  memset(blank, 0xFF, SECTOR);
  for (size_t at = 0; at < length; at += SECTOR)
    if (pwrite(flash, blank, SECTOR, (off_t)(offset + at)) != SECTOR)
      fail(the, "flash");
}

/* path: what a file holds; undefined where there is none. */
void xs_dormouse_lin_file_read(xsMachine* the) {
  uint8_t bytes[RETAINED_MAX];
  ssize_t length;
  int file = open(xsmcToString(xsArg(0)), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return;
  length = read(file, bytes, sizeof bytes);
  close(file);
  if (length < 0)
    fail(the, "reading");
  resultBytes(the, bytes, (size_t)length);
}

/* path, at most 4,096 bytes. */
void xs_dormouse_lin_file_write(xsMachine* the) {
  size_t length;
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  int file, whole;
  if (length > RETAINED_MAX)
    xsRangeError("bytes: at most %d", RETAINED_MAX);
  file = open(xsmcToString(xsArg(0)), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0)
    fail(the, "writing");
  whole = write(file, bytes, length) == (ssize_t)length;
  close(file);
  if (!whole)
    fail(the, "writing");
}
