/* `host.crypto`: the native functions that boards have too, with a clock on signing and a board's time for each. */
#include "cost.h"
#include "natives.h"
#include "xs_crypto.h"

static size_t lengthOf(xsMachine* the, int index, const char* name) {
  size_t length;
  argBytes(the, index, name, &length);
  return length;
}

static void sha256(xsMachine* the) {
  portSpend(PORT, costSha256(lengthOf(the, 0, "data")));
  xs_dormouse_sha256(the);
}

static void keccak256(xsMachine* the) {
  portSpend(PORT, costKeccak256(lengthOf(the, 0, "data")));
  xs_dormouse_keccak256(the);
}

static void hmacSha256(xsMachine* the) {
  portSpend(PORT, costHmacSha256(lengthOf(the, 1, "data")));
  xs_dormouse_hmac_sha256(the);
}

static void hkdfSha256(xsMachine* the) {
  portSpend(PORT, costHkdfSha256(lengthOf(the, 0, "inputKey"), lengthOf(the, 2, "info"), argSize(the, 3, "length")));
  xs_dormouse_hkdf_sha256(the);
}

static void ccmSeal(xsMachine* the) {
  portSpend(PORT, costCcm(lengthOf(the, 2, "aad"), lengthOf(the, 3, "plaintext")));
  xs_dormouse_ccm_seal(the);
}

static void ccmOpen(xsMachine* the) {
  portSpend(PORT, costCcm(lengthOf(the, 2, "aad"), lengthOf(the, 3, "sealed")));
  xs_dormouse_ccm_open(the);
}

static void getPublicKey(xsMachine* the) {
  portSpend(PORT, COST_PUBLIC_KEY);
  xs_dormouse_get_public_key(the);
}

static void convertPublicKey(xsMachine* the) {
  portSpend(PORT, COST_CONVERT);
  xs_dormouse_convert_public_key(the);
}

static void sign(xsMachine* the) {
  uint64_t start = portClockNs();
  xs_dormouse_sign(the);
  portSigned(PORT, portClockNs() - start);
  portSpend(PORT, COST_SIGN);
}

static void verify(xsMachine* the) {
  portSpend(PORT, COST_VERIFY);
  xs_dormouse_verify(the);
}

static void recover(xsMachine* the) {
  portSpend(PORT, COST_RECOVER);
  xs_dormouse_recover(the);
}

static void ecdh(xsMachine* the) {
  portSpend(PORT, COST_ECDH);
  xs_dormouse_ecdh(the);
}

void installCrypto(xsMachine* the, xsSlot* host) {
  xsSlot* crypto = &xsVar(1);
  xsmcSetNewObject(xsVar(1));
  addMethod(the, crypto, "sha256", sha256, 1);
  addMethod(the, crypto, "keccak256", keccak256, 1);
  addMethod(the, crypto, "hmacSha256", hmacSha256, 2);
  addMethod(the, crypto, "hkdfSha256", hkdfSha256, 4);
  addMethod(the, crypto, "ccmSeal", ccmSeal, 4);
  addMethod(the, crypto, "ccmOpen", ccmOpen, 4);
  addMethod(the, crypto, "isSecretKey", xs_dormouse_is_secret_key, 1);
  addMethod(the, crypto, "getPublicKey", getPublicKey, 2);
  addMethod(the, crypto, "convertPublicKey", convertPublicKey, 2);
  addMethod(the, crypto, "sign", sign, 2);
  addMethod(the, crypto, "verify", verify, 3);
  addMethod(the, crypto, "recover", recover, 2);
  addMethod(the, crypto, "ecdh", ecdh, 2);
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
