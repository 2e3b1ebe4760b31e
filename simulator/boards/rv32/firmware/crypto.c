/* `host.crypto`: the native functions that every board has, with their instructions counted. */
#include "natives.h"
#include "power.h"
#include "xs_crypto.h"

#define COUNTED(name)                         \
  static void name(xsMachine *the) {          \
    uint64_t before = powerInstructions();    \
    xs_dormouse_##name(the);                  \
    powerSpent(powerInstructions() - before); \
  }

COUNTED(sha256)
COUNTED(keccak256)
COUNTED(hmac_sha256)
COUNTED(hkdf_sha256)
COUNTED(ccm_seal)
COUNTED(ccm_open)
COUNTED(is_secret_key)
COUNTED(get_public_key)
COUNTED(convert_public_key)
COUNTED(sign)
COUNTED(verify)
COUNTED(recover)
COUNTED(ecdh)

void installCrypto(xsMachine *the, xsSlot *host) {
  xsSlot *crypto = &xsVar(1);
  xsmcSetNewObject(xsVar(1));
  addMethod(the, crypto, "sha256", sha256, 1);
  addMethod(the, crypto, "keccak256", keccak256, 1);
  addMethod(the, crypto, "hmacSha256", hmac_sha256, 2);
  addMethod(the, crypto, "hkdfSha256", hkdf_sha256, 4);
  addMethod(the, crypto, "ccmSeal", ccm_seal, 4);
  addMethod(the, crypto, "ccmOpen", ccm_open, 4);
  addMethod(the, crypto, "isSecretKey", is_secret_key, 1);
  addMethod(the, crypto, "getPublicKey", get_public_key, 2);
  addMethod(the, crypto, "convertPublicKey", convert_public_key, 2);
  addMethod(the, crypto, "sign", sign, 2);
  addMethod(the, crypto, "verify", verify, 3);
  addMethod(the, crypto, "recover", recover, 2);
  addMethod(the, crypto, "ecdh", ecdh, 2);
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
