/** The trust file: what an auditor holds to be true beforehand. `dormouse trust` makes one. */
import { DormouseError, fromHex } from "../protocol/index.ts"

export interface Trust {
  chainId: number
  genesisHash: Uint8Array
  /** addresses whose seal makes a block final */
  sealers: Uint8Array[]
  registry: Uint8Array
  anchors: Uint8Array
  /** addresses of the gateways whose anchors count */
  gateways: Uint8Array[]
  /** `single-sealer`: one seal of one of the sealers is final */
  finality: "single-sealer"
}

/** Throws `E_TRUST`. */
export function parseTrust(text: string): Trust {
  const json = parseObject(text)
  const { chainId, finality } = json
  if (!Number.isSafeInteger(chainId) || (chainId as number) < 1) refuse("chainId", "a positive integer")
  if (finality !== "single-sealer") refuse("finality", '"single-sealer"')
  return {
    chainId: chainId as number,
    genesisHash: bytesOf(json, "genesisHash", 32),
    sealers: listOf(json, "sealers"),
    registry: bytesOf(json, "registry", 20),
    anchors: bytesOf(json, "anchors", 20),
    gateways: listOf(json, "gateways"),
    finality,
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    if (json !== null && typeof json === "object" && !Array.isArray(json)) return json as Record<string, unknown>
  } catch (cause) {
    throw new DormouseError("E_TRUST", "Trust file: not JSON. `dormouse trust` makes one.", { cause })
  }
  throw new DormouseError("E_TRUST", "Trust file: a JSON object is expected. `dormouse trust` makes one.")
}

function bytesOf(json: Record<string, unknown>, field: string, length: number): Uint8Array {
  return asBytes(json[field], field, length)
}

function listOf(json: Record<string, unknown>, field: string): Uint8Array[] {
  const list = json[field]
  if (!Array.isArray(list) || list.length === 0) refuse(field, "a list of one address at least")
  return list.map((item) => asBytes(item, field, 20))
}

function asBytes(value: unknown, field: string, length: number): Uint8Array {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value) || value.length !== 2 + 2 * length)
    refuse(field, `0x and ${2 * length} hex digits`)
  return fromHex(value)
}

function refuse(field: string, expected: string): never {
  throw new DormouseError("E_TRUST", `Trust file: "${field}": ${expected} expected.`)
}
