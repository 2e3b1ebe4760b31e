/* Instructions of hashes and ciphers by length. */
#include "cost.h"

#define SHA_CALL 1900
#define SHA_BLOCK 4642
#define KECCAK_CALL 2000
#define KECCAK_BLOCK 48100
#define CCM_CALL 25200
#define CCM_BLOCK 7800      /* key stream and authenticator */
#define CCM_AAD_BLOCK 7400

static double blocks(size_t length, size_t block) {
  return (double)((length + block - 1) / block);
}

/* Padding: one bit and 8 bytes of length (FIPS 180-4, 5.1.1). */
static double shaBlocks(size_t length) {
  return blocks(length + 9, 64);
}

double costSha256(size_t length) {
  return SHA_CALL + SHA_BLOCK * shaBlocks(length);
}

double costKeccak256(size_t length) {
  return KECCAK_CALL + KECCAK_BLOCK * blocks(length + 1, 136);
}

/* A block of key before the data, and one before the digest (RFC 2104). */
double costHmacSha256(size_t length) {
  return SHA_CALL + SHA_BLOCK * (shaBlocks(64 + length) + shaBlocks(64 + 32));
}

double costHkdfSha256(size_t inputLength, size_t infoLength, size_t length) {
  return costHmacSha256(inputLength) + blocks(length, 32) * costHmacSha256(32 + infoLength + 1);
}

/* Associated data stand behind two bytes of length (RFC 3610, 2.2). */
double costCcm(size_t aadLength, size_t length) {
  return CCM_CALL + CCM_BLOCK * blocks(length, 16) + (aadLength ? CCM_AAD_BLOCK * blocks(aadLength + 2, 16) : 0);
}
