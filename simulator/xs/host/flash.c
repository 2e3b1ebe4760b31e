/* `host.flash`: NOR flash. A write only clears bits, an erase sets whole sectors. */
#include "natives.h"

static size_t checkRange(xsMachine* the, size_t offset, size_t length, size_t unit) {
  size_t size;
  portFlash(PORT, &size);
  if (offset % unit || length % unit)
    xsRangeError("flash: offset %d and length %d must be multiples of %d", (int)offset, (int)length, (int)unit);
  if (offset > size || length > size - offset)
    xsRangeError("flash: %d bytes at %d are beyond its %d bytes", (int)length, (int)offset, (int)size);
  return size;
}

static void flashSize(xsMachine* the) {
  size_t size;
  portFlash(PORT, &size);
  xsmcSetInteger(xsResult, (xsIntegerValue)size);
}

static void flashRead(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset"), length = argSize(the, 1, "length"), size;
  checkRange(the, offset, length, 1);
  resultBytes(the, portFlash(PORT, &size) + offset, length);
}

static void flashWrite(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset"), length, size, index;
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  const uint8_t* flash;
  checkRange(the, offset, length, FLASH_ALIGN);
  flash = portFlash(PORT, &size) + offset;
  for (index = 0; index < length; index++) {
    if (bytes[index] & ~flash[index])
      xsRangeError("flash: the write would set a bit at %d, erase the sector first", (int)(offset + index));
  }
  portFlashWriteOrEnd(PORT, offset, bytes, length);
}

static void flashErase(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset"), length = argSize(the, 1, "length");
  checkRange(the, offset, length, FLASH_SECTOR);
  portFlashEraseOrEnd(PORT, offset, length);
}

void installFlash(xsMachine* the, xsSlot* host) {
  xsmcSetNewObject(xsVar(1));
  addGetter(the, &xsVar(1), "size", flashSize);
  xsmcSetInteger(xsVar(2), FLASH_SECTOR);
  xsmcDefine(xsVar(1), xsID("sectorSize"), xsVar(2), xsDontDelete | xsDontSet);
  addMethod(the, &xsVar(1), "read", flashRead, 2);
  addMethod(the, &xsVar(1), "write", flashWrite, 2);
  addMethod(the, &xsVar(1), "erase", flashErase, 2);
  xsmcDefine(*host, xsID("flash"), xsVar(1), xsDontDelete | xsDontSet);
}
