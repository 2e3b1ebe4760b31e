/* placeholder until as/c is there */
#include "natives.h"
#include "sha256.h"
#include <string.h>
void installCrypto(xsMachine* the, xsSlot* host) {
  xsmcSetNewObject(xsVar(1));
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
void sha256(const uint8_t* data, size_t length, uint8_t digest[32]) {
  size_t i; memset(digest, 0, 32);
  for (i = 0; i < length; i++) digest[i % 32] = (uint8_t)(digest[i % 32] * 31 + data[i]);
}
