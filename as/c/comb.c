/* Look-ups in the comb table where it lies, in flash; they stand in for `combSelect` and `combLoad` of the wasm. */
#include <stddef.h>
#include <stdint.h>

extern const uint32_t dormouse_comb_table[11 * 32 * 16];
void dormouse_comb_select(uint8_t entry64[64], uint32_t row, uint32_t index);
void dormouse_comb_load(uint8_t entry64[64], uint32_t row, uint32_t index);

/* The coefficients of word i of a row's entries; one coefficient takes two places, for words are stored in pairs. */
static const uint32_t *coefficients(uint32_t row, size_t i) { return dormouse_comb_table + row * 512 + (i >> 1) * 64 + (i & 1); }

static inline uint32_t mask(uint32_t index, int bit) {
  uint32_t all = 0 - ((index >> bit) & 1);
  /* Keeps compilers from turning the mask back into a branch. */
  __asm__("" : "+r"(all));
  return all;
}

/* Reads every coefficient of the row: no address or branch depends on `index`. */
void dormouse_comb_select(uint8_t entry64[64], uint32_t row, uint32_t index) {
  const uint32_t m0 = mask(index, 0), m1 = mask(index, 1), m2 = mask(index, 2), m3 = mask(index, 3), m4 = mask(index, 4);
  uint32_t *words = __builtin_assume_aligned(entry64, 4);
  for (size_t i = 0; i < 16; i++) {
    const uint32_t *at = coefficients(row, i);
    uint32_t low = 0, sum = 0;
    for (const uint32_t *end = at + 64; at < end; at += 32) {
      low = sum;
      const uint32_t a = at[0] ^ (at[2] & m0) ^ (m1 & (at[4] ^ (at[6] & m0)));
      const uint32_t b = at[8] ^ (at[10] & m0) ^ (m1 & (at[12] ^ (at[14] & m0)));
      const uint32_t c = at[16] ^ (at[18] & m0) ^ (m1 & (at[20] ^ (at[22] & m0)));
      const uint32_t d = at[24] ^ (at[26] & m0) ^ (m1 & (at[28] ^ (at[30] & m0)));
      sum = a ^ (m2 & b) ^ (m3 & (c ^ (m2 & d)));
    }
    words[i] = low ^ (m4 & sum);
  }
}

/* Only the coefficients that count: `index` is public. */
void dormouse_comb_load(uint8_t entry64[64], uint32_t row, uint32_t index) {
  uint32_t *words = __builtin_assume_aligned(entry64, 4);
  for (size_t i = 0; i < 16; i++) {
    const uint32_t *at = coefficients(row, i);
    uint32_t sum = at[0];
    for (uint32_t part = index; part != 0; part = (part - 1) & index) sum ^= at[2 * part];
    words[i] = sum;
  }
}
