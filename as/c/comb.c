/* Look-ups in the comb table where it lies, in flash; they stand in for `combSelect` and `combLoad` of the wasm. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern const uint32_t dormouse_comb_table[11 * 32 * 16];
void dormouse_comb_select(uint8_t entry64[64], uint32_t row, uint32_t index);
void dormouse_comb_load(uint8_t entry64[64], uint32_t row, uint32_t index);

/* Reads every entry of the row, keeps the one asked for: no address or branch depends on `index`. */
void dormouse_comb_select(uint8_t entry64[64], uint32_t row, uint32_t index) {
  const uint32_t *at = dormouse_comb_table + row * 512;
  uint32_t *words = __builtin_assume_aligned(entry64, 4);
  for (size_t half = 0; half < 16; half += 8) {
    uint32_t w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, w7 = 0;
    for (uint32_t i = 0; i < 32; i++) {
      uint32_t mask = (uint32_t)((int32_t)((i ^ index) - 1) >> 31);
      const uint32_t *entry = at + 16 * i + half;
      /* Keeps compilers from turning the mask back into a branch. */
      __asm__("" : "+r"(mask));
      w0 |= entry[0] & mask;
      w1 |= entry[1] & mask;
      w2 |= entry[2] & mask;
      w3 |= entry[3] & mask;
      w4 |= entry[4] & mask;
      w5 |= entry[5] & mask;
      w6 |= entry[6] & mask;
      w7 |= entry[7] & mask;
    }
    const uint32_t sum[8] = {w0, w1, w2, w3, w4, w5, w6, w7};
    memcpy(words + half, sum, sizeof sum);
  }
}

void dormouse_comb_load(uint8_t entry64[64], uint32_t row, uint32_t index) {
  memcpy(entry64, dormouse_comb_table + row * 512 + index * 16, 64);
}
