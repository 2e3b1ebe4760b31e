/** Checks a receipt file completely (docs/protocol.md §8). No network, no gateway, no clock. */
import {
  addressOf,
  anchorHash,
  type Crypto,
  DormouseError,
  decodeReceiptFile,
  decodeReport,
  equalBytes,
  type ReceiptFile,
  type Report,
  splitSigned,
  toHex,
  verifyCompactReceipt,
  verifySigned,
} from "../protocol/index.ts"
import { readHeader, type SealedHeader } from "./header.ts"
import { anchorSlot, DeviceStatus, deviceSlot, parseDeviceState, provenWord } from "./state-proof.ts"
import type { Trust } from "./trust.ts"

/** Names are stable: scripts depend on them. */
export type CheckName =
  | "format"
  | "device-key"
  | "signature"
  | "epoch"
  | "path"
  | "seal"
  | "anchor"
  | "registry"
  | "trusted-chain"
  | "trusted-contracts"
  | "trusted-gateway"
  | "trusted-sealer"

export interface Check {
  name: CheckName
  ok: boolean
  detail?: string
}

export interface Verdict {
  /** every check passed, the trust in the sealer included */
  ok: boolean
  /** nothing in the file contradicts anything else in it, or the trust given */
  consistent: boolean
  /** the sealer is one of the trusted ones */
  pinned: boolean
  checks: Check[]
  /** what the receipt is about; absent where the file cannot be read */
  subject?: { device: Uint8Array; report: Report; gatewayTime: number; block: number }
}

/** Never throws for a bad receipt: the failed checks say what is wrong with it. */
export async function verifyReceipt(crypto: Crypto, bytes: Uint8Array, trust?: Trust): Promise<Verdict> {
  const list = new CheckList(trust !== undefined)
  const file = await list.value("format", () => decodeReceiptFile(bytes))
  if (!file) return list.verdict()
  const device = await list.value("device-key", () => deviceOf(crypto, file))
  const report = await list.value("signature", () => checkSignature(crypto, file, device))
  if (report) await list.value("epoch", () => checkEpoch(file, report))
  await list.value("path", () => checkPath(crypto, file))
  const header = await list.value("seal", () => checkSeal(crypto, file))
  if (header) {
    await list.value("anchor", () => checkAnchor(crypto, file, header))
    if (device) await list.value("registry", () => checkRegistry(crypto, file, header, device))
  }
  await checkTrust(list, file, header, trust)
  const subject = device && report && header && { device, report, gatewayTime: file.gatewayTime, block: header.number }
  return list.verdict(subject)
}

class CheckList {
  readonly #checks: Check[] = []
  readonly #trusted: boolean

  /** `trusted`: whether a trust file was given */
  constructor(trusted: boolean) {
    this.#trusted = trusted
  }

  /** Runs one check; what it throws is why it failed. */
  async value<T>(name: CheckName, check: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const value = await check()
      this.#checks.push({ name, ok: true })
      return value
    } catch (error) {
      this.#checks.push({ name, ok: false, detail: (error as Error).message })
      return undefined
    }
  }

  verdict(subject?: Verdict["subject"]): Verdict {
    const failed = this.#checks.filter(({ ok }) => !ok).map(({ name }) => name)
    const pinned = this.#checks.some(({ name, ok }) => name === "trusted-sealer" && ok)
    const consistent = failed.length === 0 || (!this.#trusted && failed.join() === "trusted-sealer")
    return { ok: failed.length === 0, consistent, pinned, checks: this.#checks, ...(subject && { subject }) }
  }
}

function fail(why: string): never {
  throw new DormouseError("E_RECEIPT", why)
}

function deviceOf(crypto: Crypto, { publicKey }: ReceiptFile): Uint8Array {
  try {
    return addressOf(crypto, publicKey)
  } catch {
    fail("the device's public key is not a point of the curve")
  }
}

function checkSignature(crypto: Crypto, file: ReceiptFile, device?: Uint8Array): Report {
  const signed = splitSigned(file.report)
  const report = decodeReport(signed.payload)
  if (!device) fail("without a device key there is nothing to check it with")
  const context = { chainId: file.chainId, registry: file.registry, device }
  if (!verifySigned(crypto, context, file.publicKey, signed))
    fail("not made by this device for this chain and registry")
  return report
}

function checkEpoch({ anchor }: ReceiptFile, { epoch }: Report): void {
  if (epoch > anchor.epoch) fail(`the report claims epoch ${epoch}, its anchor is of epoch ${anchor.epoch}`)
}

function checkPath(crypto: Crypto, file: ReceiptFile): void {
  const { anchor, gatewayTime, role, index, path } = file
  const receipt = { seq: 0, gatewayTime, role, index, path }
  if (!verifyCompactReceipt(crypto, anchor, receipt, splitSigned(file.report)))
    fail(`the leaf does not stand at ${index} of ${anchor.count} under the root`)
}

function checkSeal(crypto: Crypto, file: ReceiptFile): SealedHeader {
  const header = readHeader(crypto, file.header)
  if (!header.sealer) fail("no key made the header's seal")
  return header
}

async function checkAnchor(crypto: Crypto, file: ReceiptFile, { stateRoot }: SealedHeader): Promise<void> {
  const slot = anchorSlot(crypto, file.gateway, file.anchor.epoch)
  const word = await provenWord(crypto, stateRoot, file.proofs, file.anchors, slot)
  const expected = anchorHash(crypto, file.anchor)
  if (!equalBytes(word, expected)) fail(`the chain holds 0x${toHex(word)}, the anchor is 0x${toHex(expected)}`)
}

async function checkRegistry(crypto: Crypto, file: ReceiptFile, { stateRoot }: SealedHeader, device: Uint8Array) {
  const word = await provenWord(crypto, stateRoot, file.proofs, file.registry, deviceSlot(crypto, device))
  const { status, role, homeGateway } = parseDeviceState(word)
  if (status !== DeviceStatus.approved) fail(`the device's status is ${status}, ${DeviceStatus.approved} is approved`)
  if (role !== file.role) fail(`the device's role is ${role}, the leaf says ${file.role}`)
  if (!equalBytes(homeGateway, file.gateway)) fail(`the device's home gateway is 0x${toHex(homeGateway)}`)
}

async function checkTrust(list: CheckList, file: ReceiptFile, header: SealedHeader | undefined, trust?: Trust) {
  if (!trust) {
    await list.value("trusted-sealer", () => fail("no trust file: anyone can seal a chain of his own"))
    return
  }
  await list.value("trusted-chain", () => {
    if (file.chainId !== trust.chainId) fail(`chain ${file.chainId}, ${trust.chainId} is trusted`)
    if (!equalBytes(file.genesisHash, trust.genesisHash))
      fail(`genesis 0x${toHex(file.genesisHash)} is not the trusted one`)
  })
  await list.value("trusted-contracts", () => {
    for (const name of ["registry", "anchors"] as const)
      if (!equalBytes(file[name], trust[name])) fail(`${name} 0x${toHex(file[name])} is not the trusted one`)
  })
  await list.value("trusted-gateway", () => isOneOf("gateway", file.gateway, trust.gateways))
  await list.value("trusted-sealer", () => {
    if (!header?.sealer) fail("the header has no seal")
    isOneOf("sealer", header.sealer, trust.sealers)
  })
}

function isOneOf(what: string, address: Uint8Array, trusted: readonly Uint8Array[]): void {
  if (!trusted.some((one) => equalBytes(one, address))) fail(`${what} 0x${toHex(address)} is not a trusted one`)
}
