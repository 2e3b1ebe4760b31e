/** What makes a board somebody's device; written by wire, Improv or the simulator before its first hello (docs/protocol.md §4). */
import type { CborValue } from "./cbor/index.ts"
import { asProfile, type Profile, profileValue } from "./profile.ts"
import { asArray, asBytes, asUint } from "./shape.ts"

export interface Provisioning {
  /** 33 bytes: the peer of every envelope */
  gatewayPublicKey: Uint8Array
  /** address, 20 bytes: whose word the device takes for a new gateway key */
  operator: Uint8Array
  chainId: number
  /** 32 bytes */
  genesisHash: Uint8Array
  /** 20 bytes */
  registry: Uint8Array
  profile: Profile
}

export function provisioningValue(p: Provisioning): CborValue {
  return [p.gatewayPublicKey, p.operator, p.chainId, p.genesisHash, p.registry, profileValue(p.profile)]
}

/** Throws `E_MESSAGE`. */
export function asProvisioning(value: CborValue): Provisioning {
  const [gateway, operator, chainId, genesisHash, registry, profile] = asArray(value, "provisioning", 6, 6)
  return {
    gatewayPublicKey: asBytes(gateway, "gateway public key", 33),
    operator: asBytes(operator, "operator", 20),
    chainId: asUint(chainId, "chain id"),
    genesisHash: asBytes(genesisHash, "genesis hash", 32),
    registry: asBytes(registry, "registry", 20),
    profile: asProfile(profile),
  }
}
