/* The global `host`: time, randomness, retained memory, sensor, datagrams, alarm, sleep. */
#include "natives.h"

#include <math.h>
#include <string.h>

void addMethod(xsMachine* the, xsSlot* object, const char* name, xsCallback callback, int argumentCount) {
  xsVar(2) = xsNewHostFunctionObject(callback, argumentCount, xsID(name));
  xsmcDefine(*object, xsID(name), xsVar(2), xsDontDelete | xsDontSet);
}

void addGetter(xsMachine* the, xsSlot* object, const char* name, xsCallback callback) {
  xsVar(2) = xsNewHostFunctionObject(callback, 0, xsID(name));
  xsmcDefine(*object, xsID(name), xsVar(2), xsIsGetter | xsDontDelete);
}

static void hostNow(xsMachine* the) {
  xsmcSetNumber(xsResult, portNow(PORT));
}

static void hostRandom(xsMachine* the) {
  size_t length = argSize(the, 0, "length");
  if (length > 65536)
    xsRangeError("length: at most 65536 random bytes at once");
  if (!portRandom(PORT, resultBytes(the, NULL, length), length))
    xsUnknownError("random: this device has no entropy");
}

static void hostSensor(xsMachine* the) {
  size_t count, index;
  const double* values = portSensor(PORT, &count);
  if (!values)
    return;
  xsmcVars(1);
  xsmcSetNewArray(xsResult, 0);
  for (index = 0; index < count; index++) {
    if (isnan(values[index]))
      xsmcSetNull(xsVar(0));
    else
      xsmcSetNumber(xsVar(0), values[index]);
    xsmcSetIndex(xsResult, (xsIndex)index, xsVar(0));
  }
}

static void hostReason(xsMachine* the) {
  xsmcSetString(xsResult, (xsStringValue)portReason(PORT));
}

static void hostBattery(xsMachine* the) {
  xsmcSetInteger(xsResult, portBattery(PORT));
}

static void hostPpm(xsMachine* the) {
  xsmcSetNumber(xsResult, portPpm(PORT));
}

static void hostSlotted(xsMachine* the) {
  xsmcSetBoolean(xsResult, portSlotted(PORT));
}

static void hostLink(xsMachine* the) {
  xsmcSetString(xsResult, (xsStringValue)portLink(PORT));
}

static void hostEngine(xsMachine* the) {
  xsmcSetString(xsResult, (xsStringValue)portEngine());
}

static void hostSend(xsMachine* the) {
  size_t length;
  const uint8_t* bytes = argBytes(the, 0, "bytes", &length);
  if (length > 65507)
    xsRangeError("bytes: a datagram holds at most 65507, not %d", (int)length);
  portSend(PORT, bytes, length);
}

static void hostTrace(xsMachine* the) {
  if (xsmcArgc < 1 || (xsmcTypeOf(xsArg(0)) != xsStringType && xsmcTypeOf(xsArg(0)) != xsStringXType))
    xsTypeError("text: string expected");
  portTrace(PORT, xsmcToString(xsArg(0)));
}

static void hostSetAlarm(xsMachine* the) {
  double at = xsmcArgc < 1 || xsmcTypeOf(xsArg(0)) == xsUndefinedType ? NAN : argNumber(the, 0, "at");
  portSetAlarm(PORT, at);
}

static void hostSleep(xsMachine* the) {
  double until = argNumber(the, 0, "until");
  if (isnan(until))
    xsRangeError("until: NaN is no time");
  portSleep(PORT, until);
}

static void hostMeter(xsMachine* the) {
  xsmcSetNumber(xsResult, portMeter(PORT));
}

static void setNumber(xsMachine* the, const char* name, double value) {
  xsmcSetNumber(xsVar(0), value);
  xsmcSet(xsResult, xsID(name), xsVar(0));
}

static void hostHeap(xsMachine* the) {
  HeapUse use;
  portHeap(PORT, &use);
  xsmcVars(1);
  xsmcSetNewObject(xsResult);
  setNumber(the, "slots", use.slots);
  setNumber(the, "slotsPeak", use.slotsPeak);
  setNumber(the, "chunks", use.chunks);
  setNumber(the, "chunksPeak", use.chunksPeak);
  setNumber(the, "stack", use.stack);
  setNumber(the, "stackPeak", use.stackPeak);
}

static void retainedRead(xsMachine* the) {
  size_t length;
  const uint8_t* bytes = portRetained(PORT, &length);
  if (bytes)
    resultBytes(the, bytes, length);
}

static void retainedWrite(xsMachine* the) {
  size_t length;
  const uint8_t* bytes = argBytes(the, 0, "bytes", &length);
  if (length > RETAINED_MAX)
    xsRangeError("bytes: retained memory holds %d, not %d", RETAINED_MAX, (int)length);
  portRetain(PORT, bytes, length);
}

void installHost(xsMachine* the) {
  xsSlot* host;
  xsmcVars(3);
  host = &xsVar(0);
  xsmcSetNewObject(xsVar(0));
  addMethod(the, host, "now", hostNow, 0);
  addMethod(the, host, "random", hostRandom, 1);
  addGetter(the, host, "sensor", hostSensor);
  addGetter(the, host, "reason", hostReason);
  addGetter(the, host, "ppm", hostPpm);
  addGetter(the, host, "slotted", hostSlotted);
  addGetter(the, host, "link", hostLink);
  addGetter(the, host, "batteryMillivolts", hostBattery);
  addGetter(the, host, "engine", hostEngine);
  addMethod(the, host, "send", hostSend, 1);
  addMethod(the, host, "trace", hostTrace, 1);
  addMethod(the, host, "setAlarm", hostSetAlarm, 1);
  addMethod(the, host, "sleep", hostSleep, 1);
  addMethod(the, host, "meter", hostMeter, 0);
  addMethod(the, host, "heap", hostHeap, 0);

  xsmcSetNewObject(xsVar(1));
  addMethod(the, &xsVar(1), "read", retainedRead, 0);
  addMethod(the, &xsVar(1), "write", retainedWrite, 1);
  xsmcDefine(xsVar(0), xsID("retained"), xsVar(1), xsDontDelete | xsDontSet);

  installFlash(the, host);
  installCrypto(the, host);

  xsmcSetUndefined(xsVar(1));
  xsmcDefine(xsVar(0), xsID("on"), xsVar(1), xsDontDelete);
  xsmcDefine(xsGlobal, xsID("host"), xsVar(0), xsDontDelete | xsDontSet);
}
