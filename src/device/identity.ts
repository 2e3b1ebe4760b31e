/** Who the device is and whom it trusts: the records that provisioning and the first boot leave in flash. */
import { addressOf } from "../protocol/address.ts"
import type { CborValue } from "../protocol/cbor/index.ts"
import type { SigningContext } from "../protocol/cose.ts"
import type { Crypto } from "../protocol/crypto.ts"
import { asProvisioning, type Provisioning } from "../protocol/provisioning.ts"
import { asArray, asBytes, asUint } from "../protocol/shape.ts"
import { SLOT_PARTS } from "../protocol/slots.ts"
import { type FlashState, StateKey } from "./flash/state.ts"
import type { Entropy } from "./ports.ts"
import type { Settings } from "./slots.ts"

export interface Identity {
  secretKey: Uint8Array
  /** 33 bytes */
  publicKey: Uint8Array
  /** 20 bytes */
  address: Uint8Array
}

export function readProvisioning(state: FlashState): Provisioning | undefined {
  const value = state.get(StateKey.provisioning)
  return value === undefined ? undefined : asProvisioning(value)
}

export function readSettings(state: FlashState): Settings {
  const value = state.get(StateKey.settings)
  return value === undefined ? { batch: 6, interval: 1 } : asSettings(value)
}

/** Throws `E_MESSAGE`. */
export function asSettings(value: CborValue): Settings {
  const [batch, interval, guard] = asArray(value, "settings", 2, 3)
  const settings = { batch: asUint(batch, "batch"), interval: asUint(interval, "interval") }
  return guard === undefined ? settings : { ...settings, guard: asUint(guard, "guard") }
}

export function settingsValue({ batch, interval, guard }: Settings): CborValue {
  return guard === undefined ? [batch, interval] : [batch, interval, guard]
}

/** The place that the gateway assigned, from 0 to 1; `undefined`: none, the device's own holds. */
export function readSlot(state: FlashState): number | undefined {
  const place = state.get(StateKey.slot)
  return place === undefined ? undefined : asUint(place, "slot") / SLOT_PARTS
}

/** The device's key, made on the first boot; it never leaves flash but into the signer. */
export function readIdentity(state: FlashState, crypto: Crypto, entropy: Entropy): Identity {
  const stored = state.get(StateKey.secretKey)
  if (stored !== undefined) {
    const [secretKey, publicKey, address] = asArray(stored, "identity", 3, 3)
    return {
      secretKey: asBytes(secretKey, "secret key", 32),
      publicKey: asBytes(publicKey, "public key", 33),
      address: asBytes(address, "address", 20),
    }
  }
  let secretKey = entropy.random(32)
  while (!crypto.isSecretKey(secretKey)) secretKey = entropy.random(32)
  const publicKey = crypto.getPublicKey(secretKey)
  const address = addressOf(crypto, publicKey)
  state.set(StateKey.secretKey, [secretKey, publicKey, address])
  return { secretKey, publicKey, address }
}

export function signingContext({ chainId, registry }: Provisioning, { address }: Identity): SigningContext {
  return { chainId, registry, device: address }
}
