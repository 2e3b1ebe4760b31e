import { readFileSync } from "node:fs"
import type { Abi } from "viem"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"

/** What `setup/contracts.js` writes. */
export interface Artifact {
  abi: Abi
  bytecode: Hex
  deployedBytecode: Hex
  storageLayout: { storage: { label: string; slot: string; offset: number; type: string }[] }
}

export type ContractName = "DeviceRegistry" | "ReadingAnchor" | "ReadingVerifier"

export function readArtifact(name: ContractName): Artifact {
  const url = new URL(`../../../build/contracts/${name}.json`, import.meta.url)
  try {
    return JSON.parse(readFileSync(url, "utf8")) as Artifact
  } catch (cause) {
    throw new ChainError("E_CHAIN_CONTRACT", `${name} is not compiled: run \`npm run build\`.`, { cause })
  }
}
