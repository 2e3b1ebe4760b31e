/** A board on a serial port. Not run on hardware yet: tried on pseudo-terminals only. */
import { exec } from "node:child_process"
import { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { openLine } from "../../src/gateway/bridges/serial-streams.ts"
import { DormouseError } from "../../src/protocol/index.ts"
import { type Description, LineDut } from "../line-dut.ts"
import type { RigEntry } from "../rig.ts"

/** A supply needs so long to be empty. */
const OFF_MS = 500
const RETRY_MS = 250
const RETRIES = 40

export async function openSerial(entry: RigEntry & Description): Promise<LineDut> {
  const run = async (what: "flash" | "powerOff" | "powerOn") => {
    if (entry[what]) await promisify(exec)(entry[what])
  }
  let port = await openLine(entry.port!)
  const line = new Duplex({ read() {}, write: (bytes, _, done) => void port.write(bytes, done) })
  const listen = () => port.on("data", (bytes) => void line.push(bytes)).on("error", () => {})
  listen()
  /** A port on USB goes away with its board. */
  const reopen = async () => {
    port.destroy()
    for (let i = 0; ; i++) {
      await sleep(RETRY_MS)
      try {
        port = await openLine(entry.port!)
        listen()
        return
      } catch (cause) {
        if (i === RETRIES) throw new DormouseError("E_HW_PORT", `${entry.port} did not come back.`, { cause })
      }
    }
  }
  return new LineDut(entry, {
    line,
    async flash() {
      port.destroy()
      await run("flash")
      await reopen()
    },
    async reset(kind) {
      if (kind === "pin") return pulseReset(port)
      await run("powerOff")
      await sleep(OFF_MS)
      await run("powerOn")
      await reopen()
    },
    close: async () => void port.destroy(),
  })
}

/** RTS pulls EN low on boards with the usual two transistors; DTR stays off, or the ROM loader would start. */
async function pulseReset(port: Duplex): Promise<void> {
  const set = (signals: { dtr: boolean; rts: boolean }) =>
    new Promise<void>((resolve, reject) => {
      const { set } = port as unknown as { set?(signals: object, done: (error?: Error) => void): void }
      if (!set) return resolve()
      // A pseudo-terminal has no such lines.
      set.call(port, signals, (error) =>
        error && !/ENOTTY|Inappropriate/.test(error.message) ? reject(error) : resolve(),
      )
    })
  await set({ dtr: false, rts: true })
  await sleep(100)
  await set({ dtr: false, rts: false })
}
