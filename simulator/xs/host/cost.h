/*
 * What native crypto costs a board, in instructions of rv32imac: measured with `npm run bench -- crypto` and the calls of
 * simulator/boards/rv32 (gcc 12, -Os, QEMU). SHA-256, Keccak-256 and AES-CCM are lines through lengths 0 to 1,000.
 */
#ifndef DORMOUSE_COST_H
#define DORMOUSE_COST_H

#include <stddef.h>

#define COST_SIGN 685000
#define COST_VERIFY 1777000
#define COST_RECOVER 1984000
#define COST_PUBLIC_KEY 564000
#define COST_CONVERT 176000
#define COST_ECDH 3890000

double costSha256(size_t length);
double costKeccak256(size_t length);
double costHmacSha256(size_t length);
double costHkdfSha256(size_t inputLength, size_t infoLength, size_t length);
double costCcm(size_t aadLength, size_t length);

#endif
