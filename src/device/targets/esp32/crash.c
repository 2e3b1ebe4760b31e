/*
 * How far the last wake came, in memory that no reset clears: a wake that ended by anything but deep sleep is told of by
 * the next one, and counted until a wake ends well.
 */
#include <string.h>

#include "esp_attr.h"
#include "esp_system.h"

#include "arguments.h"

#define STAGE_MAX 15
#define MAGIC 0x444D4352 /* what power-on leaves here is anything but this, and its check */

typedef struct {
  uint32_t magic;
  uint32_t count;
  uint32_t stageLength; /* 0: the wake ended well */
  uint8_t stage[STAGE_MAX + 1];
  uint32_t check;
} CrashRecord;

static RTC_NOINIT_ATTR CrashRecord record;

static uint32_t checkOf(const CrashRecord* of) {
  uint32_t sum = of->magic ^ 0x9E3779B9;
  sum = sum * 31 + of->count;
  sum = sum * 31 + of->stageLength;
  for (size_t i = 0; i < sizeof of->stage; i++)
    sum = sum * 31 + of->stage[i];
  return sum;
}

static void seal(void) {
  record.check = checkOf(&record);
}

/* Wakes in a row that ended badly, the last one included. Called once, at boot. */
void xs_dormouse_crash_count(xsMachine* the) {
  int whole = record.magic == MAGIC && record.check == checkOf(&record) && record.stageLength <= STAGE_MAX;
  if (!whole || esp_reset_reason() == ESP_RST_POWERON) {
    memset(&record, 0, sizeof record);
    record.magic = MAGIC;
  }
  if (record.stageLength > 0 && record.count < UINT32_MAX)
    record.count++;
  seal();
  xsmcSetNumber(xsResult, record.count);
}

/* Bytes of the stage's name in which the last wake ended; none where it ended well. */
void xs_dormouse_crash_stage(xsMachine* the) {
  resultBytes(the, record.stage, record.stageLength);
}

/* Enters a stage; no bytes: what comes now is no crash. */
void xs_dormouse_crash_enter(xsMachine* the) {
  size_t length;
  const uint8_t* stage = argBytes(the, 0, "stage", &length);
  if (length > STAGE_MAX)
    xsRangeError("stage: at most %d bytes, not %d", STAGE_MAX, (int)length);
  memset(record.stage, 0, sizeof record.stage);
  memcpy(record.stage, stage, length);
  record.stageLength = (uint32_t)length;
  seal();
}

/* The wake ends as it should: the count begins anew. */
void xs_dormouse_crash_forget(xsMachine* the) {
  (void)the;
  record.count = 0;
  seal();
}
