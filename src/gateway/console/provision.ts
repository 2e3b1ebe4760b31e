/** Makes the board at the other end of a console a device of this gateway, and has it prove its key. */
import { addressOf } from "../../protocol/address.ts"
import { equalBytes, toHex } from "../../protocol/bytes.ts"
import type { CborValue } from "../../protocol/cbor/index.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { decodeHelloMessage, decodeHelloPayload } from "../../protocol/hello.ts"
import { type Provisioning, provisioningValue } from "../../protocol/provisioning.ts"
import { verifySigned } from "../../protocol/report.ts"
import { CHALLENGE_LENGTH } from "../../protocol/session.ts"
import { asBytes, asMap } from "../../protocol/shape.ts"
import { shortCode } from "../../protocol/short-code.ts"
import { GatewayError } from "../errors.ts"
import type { Random } from "../ports.ts"
import type { ConsoleClient } from "./client.ts"

/** Names as the board's target takes them: `ssid`, `password`, `gateway` ("host:port"), `sensors`. */
export type Network = Readonly<Record<string, CborValue>>

export interface ProvisionRequest {
  record: Provisioning
  /** samples a report, epochs a report; absent: as the board has them */
  settings?: { batch: number; interval: number } | undefined
  network?: Network | undefined
  /** forget another owner first, and with it the key */
  blank?: boolean | undefined
}

export interface ProvisionedBoard {
  /** with 0x */
  address: string
  /** to be compared with what the board shows */
  code: string
}

/** Making a key and signing with it may take an ESP32 a second. */
const PROVE_MS = 15_000

/** Throws `E_POSSESSION`, the board's own errors, and those of the console. The board still waits in its console then. */
export async function provisionBoard(
  console: ConsoleClient,
  { crypto, random }: { crypto: Crypto; random: Random },
  { record, settings, network, blank }: ProvisionRequest,
): Promise<ProvisionedBoard> {
  if (blank) {
    const info = asMap(await console.call("info"), "info")
    await console.call("blank", [info.get("address") ?? null], PROVE_MS)
  }
  const options = settings ? [settings.batch, settings.interval] : null
  const map = network ? new Map<CborValue, CborValue>(Object.entries(network)) : null
  await console.call("provision", [provisioningValue(record), options, map])
  const challenge = random(CHALLENGE_LENGTH)
  const proof = asBytes(await console.call("prove", [challenge], PROVE_MS), "proof")
  const address = checkProof(crypto, record, challenge, proof)
  return { address: `0x${toHex(address)}`, code: shortCode(crypto, address) }
}

/** The address of the key that signed the hello over this challenge. */
function checkProof(crypto: Crypto, record: Provisioning, challenge: Uint8Array, proof: Uint8Array): Uint8Array {
  const hello = decodeHelloMessage(crypto, proof)
  if (!("payload" in hello)) throw new GatewayError("E_POSSESSION", "The board sent no hello to prove its key with.")
  const device = addressOf(crypto, hello.publicKey)
  const context = { chainId: record.chainId, registry: record.registry, device }
  const fresh = equalBytes(decodeHelloPayload(hello.payload).challenge, challenge)
  if (!fresh || !verifySigned(crypto, context, hello.publicKey, hello))
    throw new GatewayError("E_POSSESSION", `The board does not hold the key of 0x${toHex(device)}: do not approve it.`)
  return device
}
