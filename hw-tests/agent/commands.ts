/** What test firmware can be asked beside what every board's console can. Runs on the board. */

import type { Command } from "../../src/device/console/serve.ts"
import { Device } from "../../src/device/device.ts"
import type { Board } from "../../src/device/ports.ts"
import { signPending, takeSample } from "../../src/device/reporter.ts"
import type { CborValue } from "../../src/protocol/cbor/index.ts"
import { DormouseError } from "../../src/protocol/errors.ts"
import { asArray, asBytes, asUint } from "../../src/protocol/shape.ts"

/** A figure: name, value, unit. */
export type Metric = readonly [name: string, value: number, unit: string]

/** What only the board itself knows. */
export interface Probe {
  /** as in "xs 13.3.0" */
  engine: string
  memory(): Metric[]
}

export function testCommands(board: Board, probe: Probe): Record<string, Command> {
  const { crypto, clock, power } = board
  const restore = (): Device => {
    const device = Device.restore(board)
    if (device) return device
    throw new DormouseError("E_NOT_PROVISIONED", `This board has no provisioning record yet: send "provision" first.`)
  }

  return {
    about: () => [probe.engine, power.reason, clock.ppm],
    clock: () => Math.round(clock.now()),
    memory: () => probe.memory().map((metric) => [...metric]),

    /** `[digest, secret key]`: r || s || recovery id */
    sign: (args) => {
      const [digest, key] = asArray(args, "sign", 2, 2)
      return crypto.sign(asBytes(digest, "digest", 32), asBytes(key, "secret key", 32))
    },

    /** `[how many]`: takes so many report numbers, which are never used for anything. */
    numbers: (args) => {
      const [count] = asArray(args, "numbers", 1, 1)
      const { seqs } = restore()
      return Array.from({ length: asUint(count, "count", 1000) }, () => seqs.take())
    },

    /** `[how many]`: samples and signs that many reports without sending; their numbers. */
    measure: (args) => {
      const [count] = asArray(args, "measure", 1, 1)
      const device = restore()
      for (let i = 0; i < asUint(count, "count", 1000); i++) {
        if (!takeSample(device)) break
        signPending(device)
      }
      const seqs = [...device.outbox.reports(0)].map(({ seq }) => seq)
      device.suspend()
      return seqs
    },

    /** Reports on flash above the receipt cursor: `[seq, bytes]` each, and the cursor. */
    outbox: () => {
      const device = restore()
      const reports: CborValue[] = []
      for (const { seq, bytes } of device.outbox.reports(device.receiptCursor))
        if (reports.length < 8) reports.push([seq, bytes])
      return [device.receiptCursor, reports]
    },

    /** `[ms]`: deep sleep; the next word comes after the reset that ends it. */
    sleep: (args) => {
      const [ms] = asArray(args, "sleep", 1, 1)
      const until = clock.now() + asUint(ms, "ms", 86_400_000) * 1000
      Device.restore(board)?.suspend()
      power.sleep(until)
      return Math.round(until)
    },

    /** Never answers: the watchdog has to. */
    hang: () => {
      for (;;);
    },
  }
}
