import { bytesToHex, type PublicClient, parseAbi } from "viem"
import type { Deployment } from "./deploy.ts"
import type { Hex } from "./keys.ts"
import { explain } from "./reverts.ts"

/** A report with its way to an anchor. */
export interface AnchoredReading {
  device: Hex
  /** The report without its signature. */
  payload: Uint8Array
  /** r (32) || s (32) || recovery id (1) */
  signature: Uint8Array
  /** Unix milliseconds. */
  gatewayTime: number
  role: number
  index: number
  /** Merkle path, 32 bytes a step, lowest first. */
  path: Uint8Array
  gateway: Hex
  epoch: number
  /** Link of the anchor before, zeros for the first. */
  previous: Uint8Array
  count: number
}

export const readingsAbi = parseAbi([
  "struct SignedReport { address device; bytes payload; bytes32 r; bytes32 s; uint8 v; }",
  "struct Place { uint64 gatewayTime; uint8 role; uint32 index; bytes32[] path; }",
  "struct AnchorRef { address gateway; uint64 epoch; bytes32 previous; uint32 count; }",
  "function verifyReading(SignedReport report, Place place, AnchorRef anchor) view returns (bool)",
  "error ReportInvalid()",
  "error ReportFromFuture(uint256 claimed, uint64 epoch)",
  "error SignatureInvalid()",
  "error NotSignedByDevice(address device, address signer)",
  "error PathInvalid(uint256 index, uint256 count)",
  "error AnchorDiffers(bytes32 found, bytes32 expected)",
])

/** What `checkReading` of DeviceRegistry adds: its errors pass through. */
export const standingAbi = parseAbi([
  "function checkReading(address device, uint8 role, address gateway, uint64 epoch) view",
  "error WrongStatus(address device, uint8 status)",
  "error RoleDiffers(address device, uint8 role)",
  "error NeverHome(address device, address gateway)",
  "error RevokedAt(address device, uint64 epoch)",
])

/** Arguments of `verifyReading`. */
export function readingArguments(reading: AnchoredReading) {
  const { device, payload, signature, gatewayTime, role, index, path, gateway, epoch, previous, count } = reading
  const [r, s] = [bytesToHex(signature.subarray(0, 32)), bytesToHex(signature.subarray(32, 64))]
  const steps = Array.from({ length: path.length / 32 }, (_, i) => bytesToHex(path.subarray(32 * i, 32 * i + 32)))
  return [
    { device, payload: bytesToHex(payload), r, s, v: 27 + signature[64]! },
    { gatewayTime: BigInt(gatewayTime), role, index, path: steps },
    { gateway, epoch: BigInt(epoch), previous: bytesToHex(previous), count },
  ] as const
}

/** ReadingVerifier: the check that another contract would make. */
export class Readings {
  readonly address: Hex
  readonly #client: PublicClient

  constructor(client: PublicClient, { verifier }: Deployment) {
    this.address = verifier
    this.#client = client
  }

  /** Throws `E_CHAIN_REVERTED` with the contract's reason where the reading does not hold. */
  async verify(reading: AnchoredReading): Promise<void> {
    const query = { address: this.address, abi: readingsAbi, functionName: "verifyReading" } as const
    await this.#client
      .readContract({ ...query, args: readingArguments(reading) })
      .catch((error) => explain(error, [...readingsAbi, ...standingAbi], "verifyReading"))
  }
}
