/** A rig: the boards on a bench, as its JSON file says (rig.example.json). */
import { readFileSync } from "node:fs"
import { DormouseError } from "../src/protocol/index.ts"
import { type Capability, capabilities } from "./dut.ts"

export const transports = ["sim", "qemu", "serial"] as const

export interface RigEntry {
  /** what reports call it */
  id: string
  transport: (typeof transports)[number]
  /** of `serial`: "/dev/ttyACM0" or "/dev/ttyACM0@115200" */
  port?: string
  /** of `serial`: "esp32c6" */
  board?: string
  /** of `serial`: what the board's wiring can do */
  capabilities?: readonly Capability[]
  /** of `serial`: shell commands that put test firmware on the board, and switch its supply */
  flash?: string
  powerOff?: string
  powerOn?: string
}

const texts = ["port", "board", "flash", "powerOff", "powerOn"] as const

/** Throws `E_HW_RIG`, which names the file, the entry and what is wrong. */
export function readRig(path: string): RigEntry[] {
  let entries: unknown
  try {
    entries = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw new DormouseError("E_HW_RIG", `${path}: ${(cause as Error).message}`, { cause })
  }
  if (!Array.isArray(entries) || entries.length === 0)
    throw new DormouseError("E_HW_RIG", `${path}: an array of boards expected, as in hw-tests/rig.example.json.`)
  const rig = entries.map((entry, i) => {
    try {
      return asEntry(entry)
    } catch (cause) {
      throw new DormouseError("E_HW_RIG", `${path}, board ${i + 1}: ${(cause as Error).message}`, { cause })
    }
  })
  const twice = rig.find(({ id }, i) => rig.findIndex((other) => other.id === id) < i)
  if (twice) throw new DormouseError("E_HW_RIG", `${path}: two boards are called "${twice.id}".`)
  return rig
}

export function asEntry(value: unknown): RigEntry {
  const entry = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>
  const wrong = (key: string, expected: string): never => {
    throw new DormouseError("E_HW_RIG", `"${key}" is ${JSON.stringify(entry[key])}; ${expected} expected.`)
  }
  if (typeof entry.id !== "string" || !/^[\w-]{1,32}$/.test(entry.id)) wrong("id", "a name of letters and digits")
  if (!transports.includes(entry.transport as never)) wrong("transport", `one of ${transports.join(", ")}`)
  for (const key of texts) if (entry[key] !== undefined && typeof entry[key] !== "string") wrong(key, "text")
  if (entry.transport === "serial" && !entry.port) wrong("port", "the board's serial port")
  const listed: unknown[] = Array.isArray(entry.capabilities) ? entry.capabilities : []
  const fits = entry.capabilities === undefined || Array.isArray(entry.capabilities)
  if (!fits || !listed.every((name) => capabilities.includes(name as Capability)))
    wrong("capabilities", `a list out of ${capabilities.join(", ")}`)
  const needs = { cut: "qemu or sim", power: "powerOff and powerOn" } as const
  if (entry.transport === "serial" && listed.includes("cut"))
    wrong("capabilities", `no "cut", which takes ${needs.cut},`)
  if (entry.transport === "serial" && listed.includes("power") && !(entry.powerOff && entry.powerOn))
    wrong("powerOff", `a command, and one for ${needs.power},`)
  const known = ["id", "transport", "capabilities", ...texts]
  for (const key of Object.keys(entry)) if (!known.includes(key)) wrong(key, `only ${known.join(", ")}`)
  return entry as unknown as RigEntry
}
