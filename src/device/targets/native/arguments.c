/* Arguments and results of native functions. */
#include "arguments.h"

const uint8_t* argBytes(xsMachine* the, int index, const char* name, size_t* length) {
  void* data = NULL;
  xsUnsignedValue count = 0;
  if (xsmcArgc <= index || xsmcTypeOf(xsArg(index)) != xsReferenceType ||
      !xsmcIsInstanceOf(xsArg(index), xsTypedArrayPrototype))
    xsTypeError("%s: Uint8Array expected", name);
  xsmcGetBufferReadable(xsArg(index), &data, &count);
  *length = count;
  return data;
}

const uint8_t* argBytesOf(xsMachine* the, int index, const char* name, size_t length) {
  size_t actual;
  const uint8_t* bytes = argBytes(the, index, name, &actual);
  if (actual != length)
    xsTypeError("%s: %d bytes expected, not %d", name, (int)length, (int)actual);
  return bytes;
}

double argNumber(xsMachine* the, int index, const char* name) {
  if (xsmcArgc > index) {
    int type = xsmcTypeOf(xsArg(index));
    if (type == xsIntegerType || type == xsNumberType)
      return xsmcToNumber(xsArg(index));
  }
  xsTypeError("%s: number expected", name);
}

size_t argSize(xsMachine* the, int index, const char* name) {
  double value = argNumber(the, index, name);
  if (!(value >= 0 && value < 2147483648.0) || value != (double)(int32_t)value)
    xsRangeError("%s: %g is no size", name, value);
  return (size_t)value;
}

size_t argUpTo(xsMachine* the, int index, const char* name, size_t most) {
  size_t value = argSize(the, index, name);
  if (value > most)
    xsRangeError("%s: at most %d, not %d", name, (int)most, (int)value);
  return value;
}

uint8_t* resultBytes(xsMachine* the, const uint8_t* bytes, size_t length) {
  void* data;
  xsUnsignedValue count;
  xsmcVars(1);
  xsmcSetArrayBuffer(xsVar(0), (void*)bytes, (xsIntegerValue)length);
  xsmcNew(xsResult, xsGlobal, xsID("Uint8Array"), &xsVar(0), NULL);
  xsmcGetBufferWritable(xsResult, &data, &count);
  return data;
}
