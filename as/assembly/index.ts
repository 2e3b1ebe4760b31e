/** The module's exports. Arguments stand at INPUT, results at OUTPUT; lengths were checked by the host's wrapper. */
import { blindWith } from "./blind"
import { INPUT, MULTIPLES, wipeTo } from "./memory"

export { combLoad, combSelect } from "./comb"
export { declassify } from "./declassify"
export { ecdh } from "./ecdh"
export { recover, sign, verify } from "./ecdsa"
export { keccak256, keccakFinal, keccakInit, keccakUpdate } from "./keccak"
export { convertPublicKey, getPublicKey, isSecretKey } from "./keys"
export { sha256 } from "./sha256"
export * from "./streams"
export { prepareVerify } from "./wnaf"

/** Blinds anew from 32 bytes of entropy at INPUT. */
export function randomize(): void {
  blindWith(INPUT)
  memory.fill(INPUT, 0, 32)
  wipeTo(MULTIPLES)
}
