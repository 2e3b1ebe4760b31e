/** Test firmware: a console after every boot, deep sleep's included, and then the wake that any firmware would do. */

import { createBoard } from "../../simulator/xs/device/board.ts"
import type { Host } from "../../simulator/xs/device/host.d.ts"
import { openLine } from "../../simulator/xs/device/line.ts"
import { openSerial } from "../../simulator/xs/device/serial.ts"
import { provisioningCommands } from "../../src/device/console/provisioning.ts"
import { serveConsole } from "../../src/device/console/serve.ts"
import { FIRMWARE } from "../../src/device/firmware.ts"
import { wake } from "../../src/device/wake.ts"
import { type Metric, testCommands } from "./commands.ts"

/** µs that the harness has for its first word after deep sleep; after power-on the board waits for it. */
const IDLE = 1_000_000

export async function start(host: Host): Promise<void> {
  // A simulated sensor shows its value while the wake begins, and commands come later.
  const { sensor: measured } = host
  const board = { ...createBoard(host, openSerial), sensor: { sample: () => measured } }
  const memory = (): Metric[] => {
    const { slots, slotsPeak, chunks, chunksPeak, stackPeak } = host.heap()
    return [
      ["heap slots", slots, "B"],
      ["heap slots, peak", slotsPeak, "B"],
      ["heap chunks", chunks, "B"],
      ["heap chunks, peak", chunksPeak, "B"],
      ["stack, peak", stackPeak, "B"],
    ]
  }
  await serveConsole({
    line: openLine(host),
    commands: { ...provisioningCommands(board), ...testCommands(board, { engine: host.engine, memory }) },
    greeting: [FIRMWARE, board.power.reason],
    idle: board.power.reason === "power-on" ? undefined : IDLE,
  })
  await wake(board)
}
