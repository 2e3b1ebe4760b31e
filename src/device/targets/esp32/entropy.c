/*
 * Hardware entropy. The generator is truly random only while a radio runs or the SAR ADC feeds it
 * (bootloader_random_enable), so one of both is made sure of for every draw, and what comes is checked for a source that
 * stands still: without entropy a key must not be made.
 */
#include <string.h>

#include "bootloader_random.h"
#include "esp_random.h"

#include "arguments.h"
#include "radios.h"

#define MOST 1024
#define TRIAL_WORDS 32
#define TRIAL_BITS (32 * TRIAL_WORDS)

int dormouseRadios;

/*
 * Of 1,024 fair bits the ones lie between 384 and 640 but for 8 standard deviations (once in 10^15), and no word follows
 * itself but once in 10^8 trials.
 */
static int alive(void) {
  uint32_t words[TRIAL_WORDS];
  int ones = 0, repeats = 0;
  esp_fill_random(words, sizeof words);
  for (size_t i = 0; i < TRIAL_WORDS; i++) {
    ones += __builtin_popcount(words[i]);
    repeats += i > 0 && words[i] == words[i - 1];
  }
  memset(words, 0, sizeof words);
  return repeats == 0 && ones > TRIAL_BITS * 3 / 8 && ones < TRIAL_BITS * 5 / 8;
}

void xs_dormouse_entropy_random(xsMachine* the) {
  size_t length = argUpTo(the, 0, "length", MOST);
  uint8_t* bytes = resultBytes(the, NULL, length);
  int fed = dormouseRadios == 0, good;
  if (fed)
    bootloader_random_enable();
  good = alive();
  if (good)
    esp_fill_random(bytes, length);
  if (fed)
    bootloader_random_disable();
  if (!good)
    xsUnknownError("entropy: the hardware source stands still: no key can be made on this board");
}
