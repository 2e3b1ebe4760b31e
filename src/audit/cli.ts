/** `dormouse verify` and `dormouse decode`. */
import { existsSync, readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { crypto } from "../../as/index.ts"
import { DormouseError, fromHex, Kind, toHex } from "../protocol/index.ts"
import { decodeMessage } from "./decode.ts"
import { parseTrust } from "./trust.ts"
import { type Verdict, verifyReceipt } from "./verify.ts"

/** Exit codes: part of the interface. */
export const Exit = { valid: 0, invalid: 1, usage: 2, notPinned: 3 } as const

/** Ample for a receipt of a tree of 2^32 leaves; a larger file is another file. */
const MAX_FILE = 16 * 1024 * 1024

const VERIFY = `verify FILE [--trust TRUST] [--json]

Checks a receipt file completely. Exit code 0: valid; 1: invalid; 3: consistent, but without a trust file the signer
is not pinned; 2: the command or a file cannot be used.`

const DECODE = `decode FILE|HEX

Shows a message, in a file or as hex, in CBOR diagnostic notation with the names of its fields.`

/** `verify FILE [--trust TRUST] [--json]` */
export function verifyCommand(args: string[]): Promise<number> {
  return command(args, VERIFY, async () => {
    const { values, positionals } = parse(args, { trust: { type: "string" }, json: { type: "boolean" } })
    const bytes = readFile(positionals[0]!)
    const trust = values.trust === undefined ? undefined : parseTrust(new TextDecoder().decode(readFile(values.trust)))
    const verdict = await verifyReceipt(crypto, bytes, trust)
    console.log(values.json ? JSON.stringify(asJson(verdict)) : asText(verdict))
    return verdict.ok ? Exit.valid : verdict.consistent ? Exit.notPinned : Exit.invalid
  })
}

/** `decode FILE|HEX` */
export function decodeCommand(args: string[]): Promise<number> {
  return command(args, DECODE, async () => {
    const [input] = parse(args, {}).positionals
    console.log(decodeMessage(inputBytes(input!)))
    return Exit.valid
  })
}

/** Runs a command; a usage error, a file that cannot be read or is no message ends with one clear line and code 2. */
async function command(args: string[], usage: string, run: () => Promise<number>): Promise<number> {
  if (args.includes("--help")) {
    console.log(`Usage: dormouse ${usage}`)
    return Exit.valid
  }
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof DormouseError)) throw error
    console.error(`${error.code}: ${error.message}`)
    if (error.code === "E_USAGE") console.error(`Usage: dormouse ${usage.split("\n")[0]}`)
    return Exit.usage
  }
}

function parse<T extends Record<string, { type: "string" | "boolean" }>>(args: string[], options: T) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true })
    if (parsed.positionals.length === 1) return parsed
  } catch (cause) {
    throw new DormouseError("E_USAGE", `${(cause as Error).message.split(". ")[0]}.`, { cause })
  }
  throw new DormouseError("E_USAGE", "One argument is expected.")
}

function readFile(path: string): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new DormouseError("E_FILE", `${path} cannot be read: ${(cause as Error).message}.`, { cause })
  }
  if (bytes.length > MAX_FILE) throw new DormouseError("E_FILE", `${path} has more than ${MAX_FILE} bytes.`)
  return new Uint8Array(bytes)
}

/** A file's bytes, the hex that a file holds, or the argument itself as hex. */
function inputBytes(input: string): Uint8Array {
  const isHex = (text: string) => /^\s*(0x)?([0-9a-fA-F]\s*)+$/.test(text)
  if (existsSync(input)) {
    const bytes = readFile(input)
    const text = bytes.length <= MAX_FILE / 16 ? new TextDecoder().decode(bytes) : ""
    return isHex(text) ? fromHex(text.replaceAll(/\s/g, "")) : bytes
  }
  if (!isHex(input)) throw new DormouseError("E_FILE", `"${input.slice(0, 60)}" is neither a file nor hex.`)
  return fromHex(input.replaceAll(/\s/g, ""))
}

function asJson({ ok, consistent, pinned, checks, subject }: Verdict) {
  const about = subject && {
    device: `0x${toHex(subject.device)}`,
    seq: subject.report.seq,
    epoch: subject.report.epoch,
    gatewayTime: subject.gatewayTime,
    block: subject.block,
  }
  return { ok, consistent, pinned, checks, ...(about && { subject: about }) }
}

function asText({ ok, consistent, checks, subject }: Verdict): string {
  const lines = checks.map(
    ({ name, ok, detail }) => `${ok ? "ok    " : "FAILED"} ${name}${detail ? `: ${detail}` : ""}`,
  )
  if (subject) {
    const { device, report, gatewayTime, block } = subject
    const kind = Object.entries(Kind).find(([, number]) => number === report.kind)![0]
    const time = gatewayTime <= 8.64e15 ? new Date(gatewayTime).toISOString() : String(gatewayTime)
    lines.push(
      `Report ${report.seq} (${kind}) of device 0x${toHex(device)}, received ${time}, proven at block ${block}.`,
    )
  }
  if (ok) lines.push("Valid.")
  else if (consistent) lines.push("Consistent, but signer not pinned: give --trust with a trust file that you trust.")
  else
    lines.push(
      `Invalid: ${checks
        .filter((check) => !check.ok)
        .map(({ name }) => name)
        .join(", ")}.`,
    )
  return lines.join("\n")
}
