/* placeholder until as/c is there */
#include "natives.h"
void installCrypto(xsMachine* the, xsSlot* host) {
  xsmcSetNewObject(xsVar(1));
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
