/* `host.flash`: NOR flash. A write only clears bits, an erase sets whole sectors. */
#include "natives.h"

static void checkRange(xsMachine* the, size_t offset, size_t length, size_t unit) {
  size_t size = portFlashSize(PORT);
  if (offset % unit || length % unit)
    xsRangeError("flash: offset %d and length %d must be multiples of %d", (int)offset, (int)length, (int)unit);
  if (offset > size || length > size - offset)
    xsRangeError("flash: %d bytes at %d are beyond its %d bytes", (int)length, (int)offset, (int)size);
}

static void flashSize(xsMachine* the) {
  xsmcSetInteger(xsResult, (xsIntegerValue)portFlashSize(PORT));
}

static void flashRead(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset"), length = argSize(the, 1, "length");
  checkRange(the, offset, length, 1);
  portFlashRead(PORT, offset, resultBytes(the, NULL, length), length);
}

static void flashWrite(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset"), length, index;
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  uint8_t stored[FLASH_ALIGN];
  checkRange(the, offset, length, FLASH_ALIGN);
  for (index = 0; index < length; index++) {
    if (index % FLASH_ALIGN == 0)
      portFlashRead(PORT, offset + index, stored, FLASH_ALIGN);
    if (bytes[index] & ~stored[index % FLASH_ALIGN])
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
